import { systemClock } from '../clock.js';
import { type CircuitSettings, DEFAULT_CIRCUIT } from '../domain/circuit-settings.js';
import type { FxRates } from '../domain/money.js';
import { DEFAULT_RETRY_QUOTA } from '../domain/quota-settings.js';
import type { CallSettings } from '../domain/route.js';
import type { Tags } from '../events.js';
import { resolveAliases } from './aliases.js';
import { chooseEndpoints, endpointSource } from './choose-endpoints.js';
import { connectionWarnings, resolveSending } from './connections.js';
import { resolveDefaultModel } from './default-model.js';
import { frozenCopy, merged } from './frozen-copy.js';
import { checkHeaderValues, IGNORED, readHeaders } from './headers.js';
import { KIND, type Kind } from './kinds.js';
import type { ClientOptions, GatewayOptions } from './options.js';
import { Problems } from './problems.js';
import { resolveBudgets, resolvePrices } from './resolve-money.js';
import type { ResolvedConfig, ResolvedEndpoint } from './resolved-config.js';
import { sdkOptionsSchema } from './schema.js';
import { SDK_OPTIONS, SHARED } from './sdk-options.js';
import { checkShape } from './shape.js';
import { type Runtime, readSources, type Sources } from './sources.js';

export type { Runtime } from './sources.js';

const DEFAULTS = { idleTimeoutMs: 120_000, commitAfterMs: 5_000, maxRetries: 2, balance: 'weighted' } as const;
const TAG = 'a text of up to 512 characters without line breaks';

/**
 * Merges options, environment and defaults into one checked configuration: an option wins over the `LLM_*` variables, these
 * win over `LLM_CONFIG` and the SDK's own variables, and these over the defaults. Objects are merged key by key.
 * @throws {ConfigError} with every problem found, named by option path or variable
 */
export function resolveOptions(options: GatewayOptions, runtime: Runtime): ResolvedConfig {
  const problems = new Problems();
  const sources = readSources(options ?? {}, runtime, problems);
  return new Resolution(sources, problems).config();
}

class Resolution {
  readonly #sources: Sources;
  readonly #code: GatewayOptions;
  readonly #config: GatewayOptions;
  readonly #problems: Problems;
  readonly #sdkOnly: boolean;

  constructor(sources: Sources, problems: Problems) {
    this.#problems = problems;
    this.#config = sources.config;
    this.#sdkOnly = endpointSource(sources) === 'sdk';
    this.#code = this.#sdkOnly ? sources.code : this.#withCheckedSdkOptions(sources.code);
    this.#sources = { ...sources, code: this.#code };
  }

  config(): ResolvedConfig {
    const { environment, configName } = this.#sources;
    const problems = this.#problems;
    const warnings = [...environment.warnings];
    const endpoints = this.#endpoints(warnings);
    const code = this.#code.models ?? {};
    const config = this.#config.models ?? {};
    // Also those that were set aside: what is wrong with them has been said once.
    const declared = [...(this.#code.endpoints ?? []), ...(this.#config.endpoints ?? [])].map((one) => one?.name ?? '');
    const names = new Set([...endpoints.map(({ name }) => name), ...(problems.found ? declared : [])]);
    const aliases = resolveAliases({ code, environment: environment.models, config, configName }, names, problems);
    const sending = resolveSending(this.#sources);
    if (sending.mode === 'compat' && endpoints.length > 1)
      problems.add('compat', `works with one endpoint, and there are ${endpoints.length}`);
    const strictModels = this.#pick('strictModels') ?? false;
    const defaultModel = resolveDefaultModel(this.#sources, aliases, strictModels, problems);
    const prices = resolvePrices(this.#sources, problems);
    const budgets = resolveBudgets(this.#sources, aliases, prices, problems);
    const tags = this.#tags();
    const settings = this.#settings();
    problems.throwIfFound();
    const pick = this.#pick.bind(this);
    warnings.push(...connectionWarnings(sending, endpoints));
    return Object.freeze({
      ...sending,
      sdkOnly: this.#sdkOnly,
      endpoints: Object.freeze(endpoints),
      aliases,
      defaultModel,
      strictModels,
      tags: frozenCopy(tags),
      hooks: Object.freeze({ ...pick('hooks') }),
      clock: pick('clock') ?? systemClock,
      settings: Object.freeze(settings),
      retryQuota: this.#quota(),
      respectShouldRetry: merged(this.#config.fallback, this.#code.fallback).respectShouldRetry ?? false,
      maxPriceRatio: merged(this.#config.fallback, this.#code.fallback).maxPriceRatio,
      circuit: this.#circuit(),
      whenAllOpen: pick('whenAllOpen') ?? 'try',
      hedge: this.#switchable(this.#code.hedge, this.#config.hedge) ?? false,
      limits: frozenCopy(this.#merged('limits')),
      tagLimits: frozenCopy(pick('tagLimits') ?? []),
      countTokens: pick('countTokens'),
      budgets: frozenCopy(budgets),
      prices: frozenCopy(prices),
      onUnknownPrice: pick('onUnknownPrice'),
      defaultMaxOutputTokens: pick('defaultMaxOutputTokens'),
      fx: frozenCopy(this.#merged('fx')) as FxRates,
      store: pick('store'),
      allowInsecureHttp: pick('allowInsecureHttp') ?? false,
      maxResponseBytes: pick('maxResponseBytes'),
      warnings: Object.freeze(warnings),
    });
  }

  /** The SDK's options are checked only where they are not the SDK's own business. */
  #withCheckedSdkOptions(code: GatewayOptions): GatewayOptions {
    const names = Object.keys(SDK_OPTIONS) as (keyof ClientOptions)[];
    const given = Object.fromEntries(names.map((name) => [name, code[name]]));
    const checked = checkShape(sdkOptionsSchema(), given, '', this.#problems) as ClientOptions | undefined;
    const others = Object.entries(code).filter(([name]) => !Object.hasOwn(SDK_OPTIONS, name));
    return { ...(Object.fromEntries(others) as GatewayOptions), ...checked };
  }

  #pick<Name extends keyof GatewayOptions>(name: Name): GatewayOptions[Name] {
    return this.#code[name] !== undefined ? this.#code[name] : this.#config[name];
  }

  #merged<Name extends 'limits' | 'labels' | 'fx' | 'tags' | 'defaultQuery'>(
    name: Name,
  ): Partial<NonNullable<GatewayOptions[Name]>> {
    return merged<object>(this.#config[name], this.#code[name]) as Partial<NonNullable<GatewayOptions[Name]>>;
  }

  #endpoints(warnings: string[]): readonly ResolvedEndpoint[] {
    const { environment, sdkEnvironment, configName } = this.#sources;
    const options: Record<string, unknown> = {};
    for (const name of SHARED) {
      const fromVariables = name === 'timeout' || name === 'maxRetries' ? environment[name] : undefined;
      const value = this.#code[name] ?? fromVariables ?? this.#config[name];
      if (value !== undefined && name !== 'defaultHeaders') options[name] = value;
    }
    if (options['fetchOptions'] !== undefined) options['fetchOptions'] = { ...(options['fetchOptions'] as object) };
    if (options['defaultQuery'] !== undefined) options['defaultQuery'] = this.#merged('defaultQuery');
    const headers = [
      ...readHeaders(this.#config.defaultHeaders, `${configName}defaultHeaders`, this.#problems),
      ...readHeaders(this.#code.defaultHeaders, 'defaultHeaders', this.#sdkOnly ? IGNORED : this.#problems),
    ];
    if (this.#sdkOnly) checkHeaderValues(this.#code.defaultHeaders, 'defaultHeaders', this.#problems);
    const context = {
      shared: { environment: sdkEnvironment, options, headers: new Map(headers) },
      limits: this.#merged('limits'),
      labels: this.#merged('labels') as Readonly<Record<string, string>>,
      allowInsecureHttp: this.#pick('allowInsecureHttp') ?? false,
      problems: this.#problems,
    };
    return chooseEndpoints(this.#sources, context, warnings);
  }

  #tags(): Tags {
    const { environment } = this.#sources;
    for (const [tag, value] of Object.entries(environment.tags)) {
      if (!KIND.labels.accepts({ [tag]: value }))
        this.#problems.add(environment.variable(tag.toUpperCase()), `must be ${TAG}`);
    }
    return merged<Record<string, string>>(this.#config.tags, environment.tags, this.#code.tags) as Tags;
  }

  #settings(): CallSettings {
    const { environment } = this.#sources;
    const timeout: Kind = KIND.timeout;
    if (environment.timeout !== undefined && !timeout.accepts(environment.timeout)) {
      this.#problems.add(environment.variable('TIMEOUT_MS'), `must be ${timeout.expected}`);
    }
    const retries = this.#code.maxRetries ?? environment.maxRetries ?? this.#config.maxRetries;
    return {
      deadlineMs: this.#pick('deadlineMs'),
      firstEventTimeoutMs: this.#pick('firstEventTimeoutMs'),
      idleTimeoutMs: this.#pick('idleTimeoutMs') ?? DEFAULTS.idleTimeoutMs,
      commitAfterMs: this.#pick('commitAfterMs') ?? DEFAULTS.commitAfterMs,
      // The SDK takes anything else for its default.
      maxRetries: KIND.count.accepts(retries) ? retries : DEFAULTS.maxRetries,
      balance: this.#pick('balance') ?? DEFAULTS.balance,
    };
  }

  #quota(): ResolvedConfig['retryQuota'] {
    const quota = this.#code.retry?.quota ?? this.#config.retry?.quota;
    if (quota === false) return false;
    const given = [this.#config.retry?.quota, quota].filter((layer) => typeof layer === 'object');
    return Object.freeze({ ...DEFAULT_RETRY_QUOTA, ...merged<object>(...given) });
  }

  #circuit(): ResolvedConfig['circuit'] {
    const given = this.#switchable(this.#code.circuit, this.#config.circuit);
    return given !== false && Object.freeze({ ...DEFAULT_CIRCUIT, ...(given as Partial<CircuitSettings>) });
  }

  /** `false` switches off; objects are merged; `undefined` says nothing. */
  #switchable<T extends object>(
    code: T | false | undefined,
    config: T | false | undefined,
  ): Readonly<Partial<T>> | false | undefined {
    if (code === undefined) return frozenCopy(config);
    return code === false ? false : frozenCopy(merged(config === false ? undefined : config, code));
  }
}
