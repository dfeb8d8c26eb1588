import { checkBaseURL, isLoopback, isOpenAI, nameFromURL, residencyBaseURL } from './base-url.js';
import { checkEndpointName, type EndpointContext } from './endpoint.js';
import { checkCredentials, logLevel, NO_KEY } from './endpoint-sdk.js';
import { IGNORED, mergeHeaders, readHeaders } from './headers.js';
import type { ClientOptions, EndpointOptions, GatewayOptions } from './options.js';
import { DEFAULT_QUIRKS } from './presets.js';
import type { ResolvedEndpoint } from './resolved-config.js';
import { SDK_VARIABLES, type SdkEnvironment } from './sdk-environment.js';
import { SDK_OPTIONS } from './sdk-options.js';

const DEFAULT_BASE_URL = 'https://api.openai.com/v1';

/** What the only endpoint is made of when no endpoints are configured. */
export interface SdkOnlyParts {
  /** The user's own object. */
  readonly given: GatewayOptions;
  readonly compat: boolean;
  /** From `LLM_TIMEOUT_MS`, `LLM_MAX_RETRIES` and `LLM_CONFIG`, for what the code does not say. */
  readonly fallback: Partial<ClientOptions>;
  /** From `LLM_RPM` and the like, which need no base URL to make sense. */
  readonly own: EndpointOptions;
  /** How a field of `own` is called in problems. */
  readonly nameOf: (field: string) => string;
}

/**
 * The SDK's own configuration as the only endpoint: its options and its `OPENAI_*` variables, as the SDK itself understands
 * them. Only what would give a key away is checked, and in gateway mode what cannot work.
 */
export function resolveSdkOnly(parts: SdkOnlyParts, context: EndpointContext, warnings: string[]): ResolvedEndpoint {
  const { given, compat } = parts;
  const { environment } = context.shared;
  const sdk = sdkOptionsOf(given);
  for (const [name, value] of Object.entries(parts.fallback)) if (value !== undefined) sdk[name] ??= value;
  if (environment.replaced) replaceEnvironment(sdk, given, environment);
  const url = placeOf(given, environment, compat, context);
  checkKeys(given, environment, context);
  if (!compat && !hasCredentials(given, environment)) {
    if (url !== undefined && isLoopback(url)) sdk['apiKey'] = NO_KEY;
    else context.problems.add('apiKey', MISSING);
  }
  const foreign =
    url !== undefined && !isOpenAI(url) && !isLoopback(url) ? servedFromEnvironment(given, environment) : [];
  if (foreign.length > 0)
    warnings.push(`${foreign.join(', ')} will be sent to ${url?.host}, which is not api.openai.com`);
  const { name, requestsPerMinute, tokensPerMinute, maxConcurrency } = parts.own;
  if (name !== undefined) checkEndpointName(name, parts.nameOf('name'), context.problems);
  const limits = { requestsPerMinute, tokensPerMinute, maxConcurrency };
  return Object.freeze({
    name: name ?? (url === undefined ? 'openai' : nameFromURL(url)),
    tier: 1,
    weight: 1,
    baseURL: url === undefined ? undefined : (given.baseURL ?? environment.values.baseURL ?? url.href),
    sdk: Object.freeze(sdk) as ClientOptions,
    headersComplete: environment.replaced,
    models: new Map(),
    limits: Object.freeze({
      ...context.limits,
      ...Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined)),
    }),
    quirks: DEFAULT_QUIRKS,
    labels: Object.freeze({ ...context.labels }),
    settings: Object.freeze({}),
    connections: Object.freeze({}),
  });
}

const MISSING =
  'Missing credentials. Pass `apiKey`, `workloadIdentity` or `adminAPIKey`, list `endpoints`, set LLM_BASE_URL and LLM_API_KEY, or set OPENAI_API_KEY';

/** The SDK's part of an options object, symbols included: the SDK hands itself some when it clones a client. */
function sdkOptionsOf(given: GatewayOptions): Record<PropertyKey, unknown> {
  const sdk: Record<PropertyKey, unknown> = {};
  for (const key of Reflect.ownKeys(given)) {
    if (
      (typeof key === 'symbol' && Object.prototype.propertyIsEnumerable.call(given, key)) ||
      (typeof key === 'string' && Object.hasOwn(SDK_OPTIONS, key))
    ) {
      sdk[key] = Reflect.get(given, key);
    }
  }
  return sdk;
}

/** The SDK reads `process.env` for everything that is `undefined`; with another environment, nothing may be. */
function replaceEnvironment(
  sdk: Record<PropertyKey, unknown>,
  given: GatewayOptions,
  environment: SdkEnvironment,
): void {
  const identity = given.provider != null || given.workloadIdentity != null || given.credential != null;
  for (const option of Object.keys(SDK_VARIABLES) as (keyof typeof SDK_VARIABLES)[]) {
    if (sdk[option] !== undefined) continue;
    const isPlace = option === 'baseURL';
    // Beside these the SDK refuses a base URL, even `null`.
    if (isPlace && given.dataResidency != null) continue;
    const own =
      (identity && option !== 'webhookSecret') || (isPlace && given.provider != null)
        ? undefined
        : environment.values[option];
    sdk[option] = option === 'logLevel' ? (logLevel(environment) ?? 'warn') : (own ?? null);
  }
  sdk['defaultHeaders'] = mergeHeaders(environment.headers, readHeaders(sdk['defaultHeaders'], '', IGNORED));
}

/** Where requests will go; `undefined` when only the SDK knows, or when it cannot work. */
function placeOf(
  given: GatewayOptions,
  environment: SdkEnvironment,
  compat: boolean,
  context: EndpointContext,
): URL | undefined {
  if (given.provider != null || given.credential != null || given.x509Transport != null) return undefined;
  if (given.dataResidency != null) {
    if (!SDK_OPTIONS.dataResidency.kind.accepts(given.dataResidency)) return undefined;
    return new URL(residencyBaseURL(given.dataResidency));
  }
  const name = given.baseURL == null ? SDK_VARIABLES.baseURL : 'baseURL';
  const text = given.baseURL ?? environment.values.baseURL ?? DEFAULT_BASE_URL;
  if (typeof text !== 'string' || (text === '' && compat)) return undefined;
  const check = checkBaseURL(text, context.allowInsecureHttp);
  if ('url' in check) return check.url;
  // What only cannot work is the SDK's to find out in compat mode; what gives something away never passes.
  if (!compat || check.unsafe) context.problems.add(name, check.problem);
  return undefined;
}

function checkKeys(given: GatewayOptions, environment: SdkEnvironment, context: EndpointContext): void {
  for (const option of ['apiKey', 'adminAPIKey', 'organization', 'project'] as const) {
    const nameOf = (): string => (given[option] === undefined ? SDK_VARIABLES[option] : option);
    const value = given[option] === undefined ? environment.values[option] : given[option];
    if (typeof value === 'string') checkCredentials({ nameOf }, { [option]: value }, context.problems);
  }
}

function hasCredentials(given: GatewayOptions, environment: SdkEnvironment): boolean {
  if (given.provider != null || given.workloadIdentity != null || given.credential != null) return true;
  return (['apiKey', 'adminAPIKey'] as const).some((name) =>
    Boolean(given[name] === undefined ? environment.values[name] : given[name]),
  );
}

/** The variables whose values will be sent. */
function servedFromEnvironment(given: GatewayOptions, environment: SdkEnvironment): readonly string[] {
  const options = ['apiKey', 'adminAPIKey', 'organization', 'project'] as const;
  const names: string[] = options
    .filter((option) => given[option] === undefined && environment.values[option] !== undefined)
    .map((option) => SDK_VARIABLES[option]);
  return environment.headers.size > 0 ? [...names, 'OPENAI_CUSTOM_HEADERS'] : names;
}
