import type { CallSettings, Route, RouteStep } from '../domain/route.js';
import type { EnvironmentModel } from './environment.js';
import { nearestName } from './nearest-name.js';
import type { ModelAliases, ModelRoute, ModelStep, ModelTarget } from './options.js';
import { type Problems, shownName } from './problems.js';
import { pathName } from './shape.js';

/** Aliases may stand for aliases; more levels than this are a mistake in a generator. */
const MAX_DEPTH = 50;

/** Most underscores of which every one may be read as a dash; above, all are or none is. */
const MAX_FREE_DASHES = 4;

/** An alias before it is flattened. */
interface Definition {
  /** Option path or variable, for problems. */
  readonly name: string;
  readonly steps: readonly ModelStep[];
  readonly settings: CallSettings;
  /** The alias all its spellings share; only those of one variable differ from their key. */
  readonly alias: string;
}

/** Everything that defines aliases, by rank. */
export interface AliasSources {
  readonly code: ModelAliases;
  readonly environment: readonly EnvironmentModel[];
  readonly config: ModelAliases;
  /** How the options of `LLM_CONFIG` are called in problems. */
  readonly configName: string;
}

/**
 * Merges aliases from code, environment and `LLM_CONFIG`, and flattens them: in the result each step is a model. Circles,
 * unknown endpoints and repeated steps are problems.
 */
export function resolveAliases(
  sources: AliasSources,
  endpoints: ReadonlySet<string>,
  problems: Problems,
): ReadonlyMap<string, Route> {
  const definitions = new Map<string, Definition>();
  for (const [alias, target] of Object.entries(sources.config)) {
    definitions.set(alias, define(alias, `${sources.configName}${pathName(['models', alias])}`, target));
  }
  for (const model of sources.environment) {
    const definition = defineFromEnvironment(model, endpoints, problems);
    if (definition === undefined) continue;
    for (const alias of definitions.keys())
      if (plain(alias) === model.alias) definitions.set(alias, { ...definition, alias });
    for (const alias of spellings(model.alias))
      if (definitions.get(alias)?.name !== model.variable) definitions.set(alias, definition);
  }
  const inCode = new Set(Object.keys(sources.code).map(plain));
  for (const alias of definitions.keys()) if (inCode.has(plain(alias))) definitions.delete(alias);
  for (const [alias, target] of Object.entries(sources.code)) {
    definitions.set(alias, define(alias, pathName(['models', alias]), target));
  }
  for (const definition of new Set(definitions.values())) checkSteps(definition, endpoints, problems);
  return new Flattener(definitions, problems).all();
}

function define(alias: string, name: string, target: ModelTarget): Definition {
  const { targets, ...settings } = isRoute(target) ? target : { targets: target };
  // What was set aside because of its shape has been reported.
  const steps = [targets]
    .flat()
    .filter((step): step is ModelStep => typeof step === 'string' || step?.model !== undefined);
  return { alias, name, steps, settings: Object.freeze(settings) };
}

function isRoute(target: ModelTarget): target is ModelRoute {
  return typeof target === 'object' && !Array.isArray(target) && 'targets' in target;
}

/** What stands before the first colon is an endpoint only if there is one of that name: `llama3:8b` is a model. */
function defineFromEnvironment(
  model: EnvironmentModel,
  endpoints: ReadonlySet<string>,
  problems: Problems,
): Definition | undefined {
  if (model.alias === '__proto__') {
    problems.add(model.variable, 'cannot be the name of an alias');
    return undefined;
  }
  const steps = model.items.map((item): ModelStep => {
    const colon = item.indexOf(':');
    const endpoint = item.slice(0, Math.max(colon, 0)).trim();
    const upstream = item.slice(colon + 1).trim();
    return endpoints.has(endpoint) && upstream !== '' ? { endpoint, model: upstream } : item;
  });
  return { alias: model.alias, name: model.variable, steps, settings: Object.freeze({}) };
}

const plain = (alias: string): string => alias.toLowerCase().replaceAll('-', '_');

/** `fast_cheap` is also `fast-cheap`: names of variables know no dash. */
function spellings(alias: string): ReadonlySet<string> {
  const parts = alias.split('_');
  const dashes = parts.length - 1;
  if (dashes > MAX_FREE_DASHES) return new Set([alias, parts.join('-')]);
  const all = new Set<string>();
  for (let bits = 0; bits < 2 ** dashes; bits += 1) {
    all.add(parts.reduce((name, part, index) => `${name}${(bits >> (index - 1)) & 1 ? '-' : '_'}${part}`));
  }
  return all;
}

function checkSteps(definition: Definition, endpoints: ReadonlySet<string>, problems: Problems): void {
  const seen = new Set<string>();
  for (const step of definition.steps) {
    const key = keyOf(typeof step === 'string' ? { model: step } : step);
    if (seen.has(key)) problems.add(definition.name, 'names the same model twice');
    seen.add(key);
    if (typeof step === 'string' || step.endpoint === undefined || endpoints.has(step.endpoint)) continue;
    const nearest = nearestName(step.endpoint, endpoints);
    const hint = nearest === undefined ? '' : `; did you mean "${shownName(nearest)}"?`;
    problems.add(definition.name, `names an endpoint that does not exist${hint}`);
  }
}

const keyOf = (step: RouteStep): string => JSON.stringify([step.endpoint ?? null, step.model]);

const NOTHING: Route = { alias: '', steps: [], settings: {} };

class Flattener {
  readonly #definitions: ReadonlyMap<string, Definition>;
  readonly #problems: Problems;
  readonly #done = new Map<Definition, { readonly route: Route; readonly depth: number }>();
  readonly #path: Definition[] = [];

  constructor(definitions: ReadonlyMap<string, Definition>, problems: Problems) {
    this.#definitions = definitions;
    this.#problems = problems;
  }

  all(): ReadonlyMap<string, Route> {
    return new Map([...this.#definitions].map(([alias, definition]) => [alias, this.#flatten(definition).route]));
  }

  #flatten(definition: Definition): { readonly route: Route; readonly depth: number } {
    const known = this.#done.get(definition);
    if (known !== undefined) return known;
    this.#path.push(definition);
    const steps = new Map<string, RouteStep>();
    let settings = definition.settings;
    let depth = 1;
    for (const step of definition.steps) {
      const next = typeof step === 'string' ? this.#definitions.get(step) : undefined;
      const inner = next === undefined ? undefined : this.#enter(next);
      depth = Math.max(depth, (inner?.depth ?? 0) + 1);
      // A second name for an alias is served the way the alias is.
      if (inner !== undefined && definition.steps.length === 1) settings = { ...inner.route.settings, ...settings };
      const own = typeof step === 'string' ? { model: step } : { model: step.model, endpoint: step.endpoint };
      for (const flat of next === undefined ? [own] : (inner?.route.steps ?? [])) {
        if (!steps.has(keyOf(flat))) steps.set(keyOf(flat), Object.freeze(flat));
      }
    }
    this.#path.pop();
    const route = Object.freeze({
      alias: definition.alias,
      steps: Object.freeze([...steps.values()]),
      settings: Object.freeze(settings),
    });
    if (depth > MAX_DEPTH)
      this.#problems.add(definition.name, `stands for aliases of aliases, more than ${MAX_DEPTH} levels deep`);
    const done = { route, depth };
    this.#done.set(definition, done);
    return done;
  }

  #enter(next: Definition): { readonly route: Route; readonly depth: number } | undefined {
    const start = this.#path.indexOf(next);
    // The depth itself is judged on the way back; going no deeper only keeps the stack short.
    if (start === -1) return this.#path.length > MAX_DEPTH ? { route: NOTHING, depth: MAX_DEPTH } : this.#flatten(next);
    const circle = [...this.#path.slice(start), next].map(({ alias }) => shownName(alias)).join(' -> ');
    const hint = 'for the model of that name write { model: ... } instead of a text';
    this.#problems.add(next.name, `goes round in a circle: ${circle}; ${hint}`);
    return undefined;
  }
}
