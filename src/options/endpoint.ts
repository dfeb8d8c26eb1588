import type { CallSettings } from '../domain/route.js';
import { checkBaseURL, nameFromURL, residencyBaseURL } from './base-url.js';
import { clientProblem } from './client-check.js';
import { CONNECTION_OPTIONS, connectionOptions } from './connections.js';
import type { EndpointDraft } from './endpoint-draft.js';
import { endpointSdkOptions, type SharedSdkOptions } from './endpoint-sdk.js';
import { nearestName } from './nearest-name.js';
import type { ClientOptions, EndpointOptions, LimitOptions } from './options.js';
import { DEFAULT_QUIRKS, PRESETS, type Preset } from './presets.js';
import type { Problems } from './problems.js';
import type { ResolvedEndpoint } from './resolved-config.js';
import { ENDPOINT_SCOPED, SHARED } from './sdk-options.js';

/** What all endpoints have in common. */
export interface EndpointContext {
  readonly shared: SharedSdkOptions;
  readonly limits: LimitOptions;
  readonly labels: Readonly<Record<string, string>>;
  readonly allowInsecureHttp: boolean;
  readonly problems: Problems;
}

/** A name that can stand in `endpoint:model`, in a list with commas and in a target's key. */
const ENDPOINT_NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@+-]{0,63}$/u;

/** The rate limits that may stand directly in an endpoint. */
const DIRECT_LIMITS = [
  'requestsPerMinute',
  'tokensPerMinute',
  'requestsPerDay',
  'tokensPerDay',
  'maxConcurrency',
  'burst',
] as const;

/** Adds a problem if an endpoint cannot be called that. */
export function checkEndpointName(name: string, path: string, problems: Problems): void {
  if (ENDPOINT_NAME.test(name)) return;
  problems.add(path, 'must be up to 64 letters, digits, blanks or . _ @ + -, and begin with a letter or digit');
}

/** Checks all endpoints and completes them. The list is shorter than the drafts only if problems were added. */
export function resolveEndpoints(
  drafts: readonly EndpointDraft[],
  context: EndpointContext,
): readonly ResolvedEndpoint[] {
  const taken = new Map<string, EndpointDraft>();
  for (const draft of drafts) {
    const { name } = draft.options;
    if (name === undefined) continue;
    const twin = taken.get(name);
    if (twin !== undefined)
      context.problems.add(draft.nameOf('name'), `is also the name of ${twin.nameOf('')}; each endpoint needs its own`);
    checkEndpointName(name, draft.nameOf('name'), context.problems);
    taken.set(name, draft);
  }
  return drafts.flatMap((draft) => new EndpointResolver(draft, context, taken).resolve() ?? []);
}

class EndpointResolver {
  readonly #draft: EndpointDraft;
  readonly #own: EndpointOptions;
  readonly #context: EndpointContext;
  readonly #taken: Map<string, EndpointDraft>;

  constructor(draft: EndpointDraft, context: EndpointContext, taken: Map<string, EndpointDraft>) {
    this.#draft = draft;
    this.#own = draft.options;
    this.#context = context;
    this.#taken = taken;
  }

  #problem(field: string, message: string): void {
    this.#context.problems.add(this.#draft.nameOf(field), message);
  }

  resolve(): ResolvedEndpoint | undefined {
    const own = this.#own;
    const preset = this.#preset();
    const url = own.client === undefined ? this.#url(preset) : this.#clientURL();
    const sdk = own.client === undefined ? this.#sdk(url, preset) : {};
    if (url === null || sdk === undefined) return undefined;
    const { firstEventTimeoutMs, idleTimeoutMs, commitAfterMs, maxRetries } = own;
    const settings: CallSettings = { firstEventTimeoutMs, idleTimeoutMs, commitAfterMs, maxRetries };
    return Object.freeze({
      name: this.#name(url),
      tier: own.tier ?? this.#draft.defaultTier,
      weight: own.weight ?? 1,
      baseURL: own.client?.baseURL ?? sdk.baseURL ?? url?.href,
      sdk: Object.freeze(sdk),
      headersComplete: own.client === undefined,
      client: own.client,
      models: new Map(Object.entries(own.models ?? {})),
      limits: this.#limits(),
      preset: own.preset,
      quirks: preset?.quirks ?? DEFAULT_QUIRKS,
      costPlace: typeof own.costPath === 'string' ? { path: own.costPath } : own.costPath,
      labels: Object.freeze({ ...this.#context.labels, ...own.labels }),
      settings: Object.freeze(settings),
      connections: connectionOptions(own),
    });
  }

  #preset(): Preset | undefined {
    const { preset } = this.#own;
    if (preset === undefined) return undefined;
    const found = PRESETS.get(preset);
    if (found === undefined) {
      const nearest = nearestName(preset, PRESETS.keys());
      this.#problem(
        'preset',
        `is not the name of a preset${nearest === undefined ? `; there are ${[...PRESETS.keys()].join(', ')}` : `; did you mean ${nearest}?`}`,
      );
    }
    return found;
  }

  /** The checked base URL; `undefined` where only the SDK knows it, `null` when there is a problem. */
  #url(preset: Preset | undefined): URL | undefined | null {
    const { provider, dataResidency } = this.#own;
    const given = ['baseURL', 'provider', 'dataResidency'].filter((name) => this.#has(name as keyof ClientOptions));
    if (given.length > 1) {
      this.#problem(given[0] as string, `cannot stand beside ${given[1]}`);
      return null;
    }
    if (provider != null) return undefined;
    const residency = dataResidency == null ? undefined : residencyBaseURL(dataResidency);
    const text = this.#own.baseURL ?? residency ?? preset?.baseURL;
    if (text == null) {
      const hint =
        preset === undefined ? '; set it, or name a `preset`' : '; this provider has another one for every customer';
      // A preset that does not exist has been reported.
      if (this.#own.preset === undefined || preset !== undefined) this.#problem('baseURL', `is missing${hint}`);
      return null;
    }
    return this.#checked(text.trim());
  }

  #clientURL(): URL | undefined | null {
    const problem = clientProblem(this.#own.client);
    if (problem !== undefined) {
      this.#problem('client', problem);
      return null;
    }
    const scoped = [...ENDPOINT_SCOPED, ...SHARED].filter((name) => name !== 'timeout' && name !== 'maxRetries');
    for (const name of [...scoped, ...CONNECTION_OPTIONS])
      if (this.#has(name)) this.#problem(name, 'has no effect beside `client`; give it to that client');
    return this.#checked(this.#own.client?.baseURL ?? '', 'client');
  }

  #checked(text: string, field = 'baseURL'): URL | null {
    const check = checkBaseURL(text, this.#context.allowInsecureHttp);
    if ('url' in check) return check.url;
    this.#problem(field, field === 'client' ? `has a base URL that ${check.problem}` : check.problem);
    return null;
  }

  #has(name: keyof EndpointOptions): boolean {
    return this.#own[name] !== undefined && this.#own[name] !== null;
  }

  /** `undefined` when there is a problem. */
  #sdk(url: URL | undefined | null, preset: Preset | undefined): ClientOptions | undefined {
    for (const name of ['x509Transport', 'credential'] as const) {
      if (this.#has(name)) this.#problem(name, 'works only without endpoints, as an option of the client');
    }
    const sdk = endpointSdkOptions(this.#draft, url ?? undefined, preset, this.#context.shared, this.#context.problems);
    return url === null ? undefined : sdk;
  }

  #name(url: URL | undefined): string {
    const { name, preset, baseURL } = this.#own;
    if (name !== undefined) return name;
    const derived =
      preset !== undefined && baseURL == null
        ? preset
        : url === undefined
          ? `endpoint-${this.#draft.position}`
          : nameFromURL(url);
    let free = derived;
    for (let number = 2; this.#taken.has(free); number += 1) free = `${derived}-${number}`;
    this.#taken.set(free, this.#draft);
    return free;
  }

  #limits(): Readonly<LimitOptions> {
    const direct: Record<string, number> = {};
    for (const name of DIRECT_LIMITS) {
      const value = this.#own[name];
      if (value === undefined) continue;
      if (this.#own.limits?.[name] !== undefined)
        this.#problem(name, 'stands in the endpoint and in its `limits`; keep one');
      direct[name] = value;
    }
    return Object.freeze({ ...this.#context.limits, ...this.#own.limits, ...direct });
  }
}
