/** The shapes of an endpoint, of its limits and of the SDK's own options. */
import { DIMENSIONS, type RateName } from '../domain/limits.js';
import type { CostPlace } from '../domain/price-reported.js';
import { KIND } from './kinds.js';
import type {
  ConnectionOptions,
  EndpointOptions,
  LimiterOptions,
  LimitOptions,
  RateLimits,
  TagLimitOptions,
} from './options.js';
import { SDK_CODE_ONLY, SDK_OPTIONS, type SdkOptionName } from './sdk-options.js';
import { byName, choose, leaf, object, optional, required, type Schema, type Shape, words } from './shape.js';

/** The limits that may stand directly in an endpoint. */
export const rateLimits = (): Shape<RateLimits> => ({
  requestsPerMinute: leaf(KIND.limit),
  tokensPerMinute: leaf(KIND.limit),
  requestsPerDay: leaf(KIND.limit),
  tokensPerDay: leaf(KIND.limit),
  maxConcurrency: leaf(KIND.countOrInfinity),
  burst: leaf(KIND.limit),
});

/** Settings of connections. */
export const connections = (): Shape<ConnectionOptions> => ({
  connectTimeoutMs: leaf(KIND.durationMs),
  maxConnections: leaf(KIND.positiveCountOrInfinity),
  http2: leaf(KIND.flag),
});

/** Limits, and how calls wait for them. */
const limiter = (): Shape<LimiterOptions> => ({
  ...(Object.fromEntries(DIMENSIONS.map(({ name }) => [name, leaf(KIND.limit)])) as Shape<Record<RateName, number>>),
  ...rateLimits(),
  window: words('sliding', 'bucket'),
  oversize: words('refuse', 'alone'),
  maxQueue: leaf(KIND.countOrInfinity),
  maxQueueMs: leaf(KIND.waitMs),
  agingMs: leaf(KIND.durationMs),
  fairShare: leaf(KIND.flag),
});

/** All limits of an endpoint, and what happens at them. */
export const limits = (): Schema =>
  optional(
    object({
      ...limiter(),
      onLimit: words('wait', 'spill', 'reject'),
      retryPriority: leaf(KIND.number),
      limitGroup: leaf(KIND.name),
      models: optional(byName(object(limiter()), 'limits')),
      assumedProcesses: leaf(KIND.positiveCount),
    } satisfies Shape<LimitOptions>),
  );

/** Limits by tags. */
export const tagLimit = (): Schema =>
  object({
    ...limiter(),
    name: leaf(KIND.name),
    match: leaf(KIND.labels),
    each: leaf(KIND.name),
    priority: leaf(KIND.number),
  } satisfies Shape<TagLimitOptions>);

/** Where options were written: JSON cannot hold functions and instances. */
export type OptionSource = 'code' | 'json';

/** Options that only code can give; in JSON they are refused by name. */
const CODE_ONLY: readonly string[] = [
  ...SDK_CODE_ONLY,
  'hooks',
  'clock',
  'store',
  'env',
  'envPrefix',
  'client',
  'countTokens',
];

/** An object of options, less those that cannot come from `source`. */
export function optionObject(
  shape: Record<string, Schema>,
  source: OptionSource,
  elsewhere: (key: string) => string | undefined,
): Schema {
  if (source === 'code') return object(shape, elsewhere);
  const allowed = Object.fromEntries(Object.entries(shape).filter(([name]) => !CODE_ONLY.includes(name)));
  return object(allowed, (key) =>
    CODE_ONLY.includes(key) && key in shape ? 'can only be given in code' : elsewhere(key),
  );
}

/** The SDK's options, each of its kind. */
export function sdkOptions(): Record<SdkOptionName, Schema> {
  const entries = Object.entries(SDK_OPTIONS).map(([name, { kind }]) => [name, leaf(kind)]);
  return Object.fromEntries(entries) as Record<SdkOptionName, Schema>;
}

/** One endpoint. */
export function endpoint(source: OptionSource): Schema {
  const shape = {
    ...sdkOptions(),
    ...rateLimits(),
    name: leaf(KIND.name),
    tier: leaf(KIND.positiveCount),
    weight: leaf(KIND.amount),
    models: leaf(KIND.names),
    client: leaf(KIND.objectOrCallback),
    preset: leaf(KIND.text),
    costPath: optional(
      choose((value) =>
        typeof value === 'object'
          ? object({ path: required(KIND.name), currency: leaf(KIND.currency) } satisfies Shape<CostPlace>)
          : required(KIND.name),
      ),
    ),
    labels: leaf(KIND.labels),
    limits: limits(),
    ...connections(),
    firstEventTimeoutMs: leaf(KIND.durationMs),
    idleTimeoutMs: leaf(KIND.durationMs),
    commitAfterMs: leaf(KIND.waitMs),
  } satisfies Shape<EndpointOptions>;
  return optionObject(shape, source, (key) => (key === 'endpoint' ? AZURE : azureHint(key)));
}

const AZURE = 'belongs to AzureOpenAI; give an endpoint `client: new AzureOpenAI({ ... })`';

/** Options of the SDK's sibling class, which cannot be mixed into this one. */
export function azureHint(key: string): string | undefined {
  return ['apiVersion', 'deployment', 'azureADTokenProvider'].includes(key) ? AZURE : undefined;
}
