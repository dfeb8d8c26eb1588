import type { ConfigProblem } from '../errors.js';
import { isName, KIND } from './kinds.js';
import { editDistance } from './nearest-name.js';
import type { EndpointOptions } from './options.js';
import { shownName } from './problems.js';
import { readVariable, type Variables } from './sdk-environment.js';
import { CLIENT_VARIABLES, ENDPOINT_VARIABLES, MODEL_VARIABLE, type VariableKind } from './variables.js';

/** One endpoint as the environment describes it. */
export interface EnvironmentEndpoint {
  readonly options: EndpointOptions;
  /** The variable each field came from, or would come from. */
  readonly variable: (field: string) => string;
}

/** An alias as the environment describes it; what its items mean depends on which endpoints there are. */
export interface EnvironmentModel {
  readonly variable: string;
  /** In lower case, with `_`. */
  readonly alias: string;
  readonly items: readonly string[];
}

/** What the gateway's own variables say. */
export interface Environment {
  /** By number, from 1. */
  readonly endpoints: ReadonlyMap<number, EnvironmentEndpoint>;
  /** What is wrong with the variables of endpoints; of no interest if the endpoints come from elsewhere. */
  readonly endpointProblems: readonly ConfigProblem[];
  readonly problems: readonly ConfigProblem[];
  readonly models: readonly EnvironmentModel[];
  readonly defaultModel?: string | undefined;
  readonly timeout?: number | undefined;
  readonly maxRetries?: number | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** Text of `LLM_CONFIG`. */
  readonly config?: string | undefined;
  /** The full name of a variable. */
  readonly variable: (name: string) => string;
  readonly warnings: readonly string[];
}

/** What one variable may hold, in words. */
const EXPECTED: Readonly<Record<Exclude<VariableKind, 'text'>, string>> = {
  count: 'must be a whole number, 0 or more',
  rank: 'must be a whole number, 1 or more',
  number: 'must be a number, 0 or more',
};

/** Number of an endpoint at the end of a variable's name. The underscore is what makes it one; without it, it is a typing error. */
const NUMBER = /^(.*?)_?(\d+)$/;

/** Reads all variables that begin with `prefix` (`LLM` unless set otherwise). Blanks around are cut, empty is unset. */
export function readEnvironment(variables: Variables, prefix: string): Environment {
  const start = prefix.endsWith('_') ? prefix : `${prefix}_`;
  const reader = new Reader(start);
  // In a fixed order, so that the same environment gives the same error wherever it comes from.
  for (const name of Object.keys(variables).sort()) {
    const value = name.startsWith(start) ? readVariable(variables, name) : undefined;
    if (value !== undefined) reader.read(name, name.slice(start.length), value);
  }
  return reader.finish();
}

class Reader {
  readonly #start: string;
  readonly #endpoints = new Map<number, Map<string, { readonly value: string | number; readonly variable: string }>>();
  readonly #endpointProblems: ConfigProblem[] = [];
  readonly #problems: ConfigProblem[] = [];
  readonly #models: EnvironmentModel[] = [];
  readonly #client = new Map<string, string | number>();
  readonly #warnings: string[] = [];

  constructor(start: string) {
    this.#start = start;
  }

  read(variable: string, name: string, value: string): void {
    const client = CLIENT_VARIABLES.find((candidate) => candidate.name === name);
    if (client !== undefined) {
      const parsed = this.#parse(client.kind, value, variable, this.#problems);
      if (parsed !== undefined) this.#client.set(client.name, parsed);
    } else if (name.startsWith(MODEL_VARIABLE)) this.#readModel(name.slice(MODEL_VARIABLE.length), value);
    else if (!this.#readEndpoint(variable, name, value)) this.#readUnknown(variable, name);
  }

  #parse(kind: VariableKind, text: string, variable: string, problems: ConfigProblem[]): string | number | undefined {
    if (kind === 'text') return text;
    const value = /^\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : Number.NaN;
    const least = kind === 'rank' ? 1 : 0;
    if (value >= least && (kind === 'number' || Number.isSafeInteger(value))) return value;
    problems.push({ name: variable, message: EXPECTED[kind] });
    return undefined;
  }

  #readModel(name: string, value: string): void {
    const items = value.split(',').map((item) => item.trim());
    const variable = this.#name(`${MODEL_VARIABLE}${shownName(name)}`);
    const refuse = (message: string): unknown => this.#problems.push({ name: variable, message });
    if (name === '') refuse('needs the name of the alias after the last underscore');
    else if (!isName(name)) refuse(`must end in ${KIND.name.expected}`);
    else if (items.includes('')) refuse('has an empty item between its commas');
    else this.#models.push({ variable, alias: name.toLowerCase(), items });
  }

  #readEndpoint(variable: string, name: string, value: string): boolean {
    const suffix = /_([1-9]\d{0,2})$/.exec(name);
    const base = suffix === null ? name : name.slice(0, suffix.index);
    const known = ENDPOINT_VARIABLES.find((candidate) => candidate.name === base);
    if (known === undefined) return false;
    const number = suffix === null ? 1 : Number(suffix[1]);
    const fields = this.#endpoints.get(number) ?? new Map();
    this.#endpoints.set(number, fields);
    const parsed = this.#parse(known.kind, value, variable, this.#endpointProblems);
    const other = fields.get(known.field);
    if (other !== undefined && other.value !== parsed) {
      this.#endpointProblems.push({
        name: variable,
        message: `says something else than ${other.variable}; both are of endpoint 1`,
      });
    } else if (parsed !== undefined) fields.set(known.field, { value: parsed, variable });
    return true;
  }

  /** Variables of other software must not get in the way, so only what is all but one of ours counts as a typing error. */
  #readUnknown(variable: string, name: string): void {
    if (name === 'MODEL' || name === 'MODELS') {
      this.#warnings.push(
        `${variable} means nothing here; ${this.#name('DEFAULT_MODEL')} names the model for calls that name none`,
      );
      return;
    }
    const numbered = NUMBER.exec(name);
    const base = numbered?.[1] ?? name;
    const tolerance = (known: string): number => (known.length < 6 ? 1 : 2);
    const close = (known: { readonly name: string }): boolean =>
      editDistance(base, known.name) <= tolerance(known.name);
    const endpoint = ENDPOINT_VARIABLES.find(close);
    const client = numbered === null ? CLIENT_VARIABLES.find(close) : undefined;
    if (client !== undefined) {
      this.#problems.push({
        name: variable,
        message: `there is no such variable; did you mean ${this.#name(client.name)}?`,
      });
    } else if (endpoint !== undefined) {
      const number = Number(numbered?.[2] ?? 0);
      const meant = this.#name(number > 0 && number < 1000 ? `${endpoint.name}_${number}` : endpoint.name);
      this.#endpointProblems.push({ name: variable, message: `there is no such variable; did you mean ${meant}?` });
    }
  }

  #name(name: string): string {
    return `${this.#start}${name}`;
  }

  #endpoint(
    number: number,
    fields: ReadonlyMap<string, { readonly value: string | number; readonly variable: string }>,
  ): EnvironmentEndpoint {
    // Missing variables are named the way the present ones are written: with the number or without.
    const present = [...fields.values()][0]?.variable;
    const suffix = number === 1 && !(present?.endsWith('_1') ?? false) ? '' : `_${number}`;
    const nameOf = (field: string): string =>
      ENDPOINT_VARIABLES.find((known) => known.field === field)?.name ?? 'BASE_URL';
    return {
      options: Object.fromEntries([...fields].map(([field, { value }]) => [field, value])),
      variable: (field) => fields.get(field)?.variable ?? this.#name(`${nameOf(field)}${suffix}`),
    };
  }

  finish(): Environment {
    const text = (name: string): string | undefined => this.#client.get(name) as string | undefined;
    const number = (name: string): number | undefined => this.#client.get(name) as number | undefined;
    const tags = { project: text('PROJECT'), env: text('ENV') };
    const numbers = [...this.#endpoints.keys()].sort((a, b) => a - b);
    return {
      endpoints: new Map(numbers.map((n) => [n, this.#endpoint(n, this.#endpoints.get(n) ?? new Map())])),
      endpointProblems: this.#endpointProblems,
      problems: this.#problems,
      models: this.#models,
      defaultModel: text('DEFAULT_MODEL'),
      timeout: number('TIMEOUT_MS'),
      maxRetries: number('MAX_RETRIES'),
      tags: Object.fromEntries(
        Object.entries(tags).filter((entry): entry is [string, string] => entry[1] !== undefined),
      ),
      config: text('CONFIG'),
      variable: (name) => this.#name(name),
      warnings: this.#warnings,
    };
  }
}
