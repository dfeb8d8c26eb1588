/** The shape of all options, built when it is first needed: importing the package must not pay for it. */
import {
  azureHint,
  connections,
  endpoint,
  limits,
  type OptionSource,
  optionObject,
  rateLimits,
  sdkOptions,
  tagLimit,
} from './endpoint-schema.js';
import { HOOK_NAMES } from './hook-names.js';
import { KIND } from './kinds.js';
import { callLimits, modelTarget } from './model-schema.js';
import { budget, prices } from './money-schema.js';
import type {
  CircuitOptions,
  FallbackOptions,
  GatewayOptions,
  HedgeOptions,
  RetryOptions,
  RetryQuotaOptions,
} from './options.js';
import { SDK_OPTIONS, type SdkOptionName } from './sdk-options.js';
import {
  anything,
  byName,
  choose,
  fullList,
  leaf,
  list,
  object,
  optional,
  orFalse,
  type Schema,
  type Shape,
  words,
} from './shape.js';

/** The SDK's options as the SDK itself takes them: whatever they are, they are its business. */
function uncheckedSdkOptions(): Record<SdkOptionName, Schema> {
  return Object.fromEntries(Object.keys(SDK_OPTIONS).map((name) => [name, anything()])) as Record<
    SdkOptionName,
    Schema
  >;
}

const hooks = (): Schema =>
  object(Object.fromEntries(Object.keys(HOOK_NAMES).map((name) => [name, leaf(KIND.callback)])));

/** Options that exist and do not belong to the client. */
function clientHint(key: string): string | undefined {
  if (key in rateLimits()) return 'belongs into `limits`, or into an endpoint';
  return ['name', 'tier', 'weight', 'client'].includes(key) ? 'belongs into an endpoint' : azureHint(key);
}

function gateway(source: OptionSource): Schema {
  const shape: Shape<GatewayOptions> = {
    ...(source === 'json' ? sdkOptions() : uncheckedSdkOptions()),
    ...callLimits(),
    compat: words('sdk'),
    endpoints: optional(fullList(endpoint(source), 'endpoints')),
    models: optional(byName(modelTarget(), 'models')),
    defaultModel: leaf(KIND.name),
    strictModels: leaf(KIND.flag),
    tags: leaf(KIND.labels),
    hooks: optional(hooks()),
    transport: words('auto', 'fetch', 'undici'),
    ...connections(),
    retry: optional(
      object({
        quota: optional(
          choose((value) =>
            typeof value === 'boolean'
              ? anything()
              : object({
                  capacity: leaf(KIND.amount),
                  cost: leaf(KIND.amount),
                  noResponseCost: leaf(KIND.amount),
                  refund: leaf(KIND.amount),
                } satisfies Shape<RetryQuotaOptions>),
          ),
        ),
      } satisfies Shape<RetryOptions>),
    ),
    fallback: optional(
      object({
        respectShouldRetry: leaf(KIND.flag),
        maxPriceRatio: leaf(KIND.positiveAmount),
      } satisfies Shape<FallbackOptions>),
    ),
    circuit: orFalse(
      object({
        consecutiveFailures: leaf(KIND.positiveCount),
        failureRatio: leaf(KIND.ratio),
        minimumAttempts: leaf(KIND.positiveCount),
        windowMs: leaf(KIND.durationMs),
        openMs: leaf(KIND.durationMs),
        maxOpenMs: leaf(KIND.durationMs),
        suspectMs: leaf(KIND.durationMs),
      } satisfies Shape<CircuitOptions>),
    ),
    whenAllOpen: words('try', 'reject'),
    hedge: orFalse(
      object({
        percentile: leaf(KIND.percentile),
        minimumSamples: leaf(KIND.positiveCount),
        maxRatio: leaf(KIND.ratio),
      } satisfies Shape<HedgeOptions>),
    ),
    balance: words('weighted', 'latency'),
    limits: limits(),
    tagLimits: optional(list(tagLimit(), 'limits')),
    countTokens: leaf(KIND.callback),
    budgets: optional(list(budget(), 'budgets')),
    prices: prices(),
    onUnknownPrice: words('reject', 'estimate', 'ignore'),
    defaultMaxOutputTokens: leaf(KIND.positiveCount),
    fx: leaf(KIND.fx),
    store: leaf(KIND.objectOrCallback),
    env: leaf({
      accepts: (value) => value === false || KIND.object.accepts(value),
      expected: 'an object of variables, or false',
    }),
    envPrefix: leaf({
      accepts: (value) => typeof value === 'string' && /^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(value),
      expected: 'letters, digits and underscores',
    }),
    clock: leaf({ accepts: isClock, expected: 'an object with now, wallNow, random, setTimer and clearTimer' }),
    allowInsecureHttp: leaf(KIND.flag),
    maxResponseBytes: leaf(KIND.positiveLimit),
    labels: leaf(KIND.labels),
    preset: leaf(KIND.text),
  };
  return optionObject(shape, source, clientHint);
}

function isClock(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const clock = value as Record<string, unknown>;
  return ['now', 'wallNow', 'random', 'setTimer', 'clearTimer'].every((method) => typeof clock[method] === 'function');
}

const built = new Map<string, Schema>();

function once(name: string, build: () => Schema): Schema {
  const schema = built.get(name) ?? build();
  built.set(name, schema);
  return schema;
}

/**
 * All options of the client. In code, the SDK's own are left unchecked here: whether they are checked depends on whether there
 * are endpoints ({@link sdkOptionsSchema}).
 */
export const gatewaySchema = (source: OptionSource): Schema => once(source, () => gateway(source));

/** The SDK's own options as a client with endpoints takes them. */
export const sdkOptionsSchema = (): Schema => once('sdk', () => object(sdkOptions()));
