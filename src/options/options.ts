/**
 * Everything a user may say, in one place to read. Longer than 200 lines because it is documentation: no code, one sentence per field.
 * What a field accepts at run time is decided in `schema.ts`; where a value comes from, in `resolve.ts`.
 */
import type { OpenAI, ClientOptions as SdkClientOptions } from 'openai';
import type { Clock } from '../clock.js';
import type { RateName } from '../domain/limits.js';
import type { FxRates } from '../domain/money.js';
import type { ModelPrice, PriceRule, UnknownPricePolicy } from '../domain/price.js';
import type { CostPlace } from '../domain/price-reported.js';
import type { Hooks, Tags } from '../events.js';

/** The options of the official SDK's own client, all of which keep their names and meanings here. */
export type ClientOptions = SdkClientOptions;

/** The official SDK's own client. */
export type SdkClient = OpenAI;

/** How a target is chosen among equals. */
export type Balance = 'weighted' | 'latency';

/** Durations and counts that may stand on the client, on an alias and on a call; the narrowest one wins. */
export interface CallLimits {
  /**
   * Longest time for a whole call, with all its waits, retries and fallbacks, in milliseconds.
   * @default none
   */
  deadlineMs?: number | undefined;
  /**
   * Longest wait for the first event of a stream, in milliseconds; comments and pings do not count. `Infinity` switches it off.
   * @default the attempt's `timeout` while only one target is left, else 120000
   */
  firstEventTimeoutMs?: number | undefined;
  /**
   * Longest silence between two events of a stream, in milliseconds; comments and pings do not count. `Infinity` switches it off.
   * @default 120000
   */
  idleTimeoutMs?: number | undefined;
  /**
   * How long a stream without content yet may be held back so that another target can still take over, in milliseconds.
   * @default 5000
   */
  commitAfterMs?: number | undefined;
}

/**
 * Settings of the connections that the gateway opens itself (`transport`), on the client or on an endpoint; the endpoint's win.
 * They say nothing about what goes through the runtime's `fetch`: bodies that are no JSON, and everything beside a proxy
 * variable or a mock.
 */
export interface ConnectionOptions {
  /**
   * Longest wait for a connection, in milliseconds. `Infinity` switches it off.
   * @default 10000, as with Node's built-in `fetch`
   */
  connectTimeoutMs?: number | undefined;
  /**
   * Most connections at once: on the client to one origin, on an endpoint of that endpoint. Attempts beyond it wait for one
   * while their `timeout` runs. `Infinity` switches it off.
   * @default the endpoint's `maxConcurrency`, else no bound
   */
  maxConnections?: number | undefined;
  /**
   * Offer HTTP/2 to servers at `https` addresses, and HTTP/1.1 to those that do not have it. Over HTTP/2 up to 100 requests
   * share one connection.
   * @default false, as with Node's built-in `fetch`
   */
  http2?: boolean | undefined;
}

/** One entry of an alias's ordered list: a string is an alias or a model; an object always means the model of that name. */
export type ModelStep = string | { readonly model: string; readonly endpoint?: string | undefined };

/** What an alias stands for, with settings of its own. */
export interface ModelRoute extends CallLimits {
  /** What to ask, in order: the next one is tried when every target of the one before has failed. */
  targets: ModelStep | readonly ModelStep[];
  /** Extra attempts after the first. @default the client's */
  maxRetries?: number | undefined;
  /** How a target is chosen inside a tier. @default the client's */
  balance?: Balance | undefined;
}

/** What an alias stands for: a model, an ordered list of models, or a list with settings. */
export type ModelTarget = ModelStep | readonly ModelStep[] | ModelRoute;

/** Aliases by name. */
export type ModelAliases = Readonly<Record<string, ModelTarget>>;

/** The limits that may also stand directly in an endpoint. `0` refuses everything, `Infinity` switches a limit off. */
export interface RateLimits {
  /** Requests started per minute. @default none */
  requestsPerMinute?: number | undefined;
  /** Tokens per minute, prompt and completion together. @default none */
  tokensPerMinute?: number | undefined;
  /** Requests started per day. @default none */
  requestsPerDay?: number | undefined;
  /** Tokens per day, prompt and completion together. @default none */
  tokensPerDay?: number | undefined;
  /** Requests in flight at once, streams to their end. @default none */
  maxConcurrency?: number | undefined;
  /** What may start back to back before pacing sets in: requests, or tokens when requests are not limited. @default a sixth of each limit per minute */
  burst?: number | undefined;
}

/** Limits, and how calls wait for them; images and minutes of audio can be limited as well, for those who count them. */
export interface LimiterOptions extends RateLimits, Partial<Record<RateName, number | undefined>> {
  /** `sliding` holds every window of a minute under the limit; `bucket` allows the limit plus one burst. @default 'sliding' */
  window?: 'sliding' | 'bucket' | undefined;
  /** A call heavier than the limit: refuse it at once, or let it run when nothing else has been used. @default 'refuse' */
  oversize?: 'refuse' | 'alone' | undefined;
  /** Calls that may wait for their turn. @default 10000 */
  maxQueue?: number | undefined;
  /** Longest wait for a turn, in milliseconds. `Infinity` waits as long as the call may last. @default 60000 */
  maxQueueMs?: number | undefined;
  /** A waiting call gains one step of priority in this time, in milliseconds, so that none waits for ever. @default 10000 */
  agingMs?: number | undefined;
  /** Share the limit evenly among the projects (tag `project`) that wait for it. @default false */
  fairShare?: boolean | undefined;
}

/** Limits of an endpoint, and what happens at them. */
export interface LimitOptions extends LimiterOptions {
  /** At the limit: wait, ask another target if that serves the call sooner, or refuse at once. @default 'spill' */
  onLimit?: 'wait' | 'spill' | 'reject' | undefined;
  /** Steps of priority that a repeated attempt gains over first ones in the queue. @default 0 */
  retryPriority?: number | undefined;
  /** Endpoints with the same name here share one set of limits, as keys of one account do. @default none */
  limitGroup?: string | undefined;
  /** Limits of single models on top of those of the endpoint, by the model's name there. */
  models?: Readonly<Record<string, LimiterOptions>> | undefined;
  /** With shared limits out of reach: among how many processes the limits are divided. @default 1 */
  assumedProcesses?: number | undefined;
}

/** Limits of calls with certain tags, whichever endpoint serves them, and their place in every queue. */
export interface TagLimitOptions extends LimiterOptions {
  /** What the limit is called in errors and events. @default made of `match` and `each` */
  name?: string | undefined;
  /** Which calls it is for: all of these tags must match. @default every call */
  match?: Tags | undefined;
  /** Each value of this tag has the limit to itself; calls without the tag are not limited. @default all share one */
  each?: string | undefined;
  /** Place of these calls in the queue for a limit, where the call itself names none: higher goes first. @default 0 */
  priority?: number | undefined;
}

/** One place that answers: base URL, key and what belongs to it. Any option of the SDK's client may stand here too. */
export interface EndpointOptions extends ClientOptions, RateLimits, ConnectionOptions {
  /** What the endpoint is called in routes, events and reports. @default the host of its base URL */
  name?: string | undefined;
  /**
   * Endpoints of tier 1 are asked first, those of tier 2 when all of tier 1 have failed, and so on.
   * @default the place in the list; 1 for all when weights but no tiers are given
   */
  tier?: number | undefined;
  /** Share of the calls inside the tier; `0` is never chosen first and still helps out. @default 1 */
  weight?: number | undefined;
  /** Names of models at this endpoint, by public name: `{ 'gpt-5.5-mini': 'openai/gpt-5.5-mini' }`. */
  models?: Readonly<Record<string, string>> | undefined;
  /** A ready-made SDK client, e.g. an `AzureOpenAI`; its own options then apply and none of the SDK's may stand beside it. */
  client?: SdkClient | undefined;
  /** A provider whose base URL and peculiarities are known, e.g. `openrouter`. */
  preset?: string | undefined;
  /**
   * Where replies state what the call cost, as a dotted path: `usage.total_cost`, or with its currency
   * `{ path: 'bill.fee', currency: 'CNY' }`.
   * @default `usage.cost` and the other places that are known, in US dollars
   */
  costPath?: string | CostPlace | undefined;
  /** Free labels of the endpoint for events and reports, e.g. `{ region: 'cn' }`; added to those of the client. */
  labels?: Readonly<Record<string, string>> | undefined;
  /** Limits of this endpoint; those of the client fill the gaps. */
  limits?: LimitOptions | undefined;
  /** Longest wait for the first event of a stream, in milliseconds. @default the client's */
  firstEventTimeoutMs?: number | undefined;
  /** Longest silence between two events of a stream, in milliseconds. @default the client's */
  idleTimeoutMs?: number | undefined;
  /** How long a stream without content may be held back, in milliseconds. @default the client's */
  commitAfterMs?: number | undefined;
}

/** When a failed attempt may be repeated at the same endpoint. */
export interface RetryOptions {
  /** The store of repeats of each endpoint, so that an outage is not answered with a storm; `false` switches it off. @default true */
  quota?: boolean | RetryQuotaOptions | undefined;
}

/** Sizes of the retry quota. */
export interface RetryQuotaOptions {
  /** Most that an endpoint's store holds. @default 500 */
  capacity?: number | undefined;
  /** Taken for a repeat. @default 5 */
  cost?: number | undefined;
  /** Taken for a repeat after an attempt that got no answer at all. @default 10 */
  noResponseCost?: number | undefined;
  /** Given back for a success. @default 1 */
  refund?: number | undefined;
}

/** When a call moves on to another target. */
export interface FallbackOptions {
  /** Let a provider's `x-should-retry: false` forbid other targets too, and not only itself. @default false */
  respectShouldRetry?: boolean | undefined;
  /** How many times dearer than the dearest target of the first tier a later one may be; dearer ones are left out. @default no bound */
  maxPriceRatio?: number | undefined;
}

/** When an endpoint's model counts as down, and for how long. */
export interface CircuitOptions {
  /** Failures in a row that open the circuit. @default 5 */
  consecutiveFailures?: number | undefined;
  /** Share of failures within the window that opens it, above 0 and up to 1. @default 0.5 */
  failureRatio?: number | undefined;
  /** Attempts the window must hold before the share counts. @default 20 */
  minimumAttempts?: number | undefined;
  /** Length of the window, in milliseconds. @default 10000 */
  windowMs?: number | undefined;
  /** First time out, in milliseconds; doubles each time. @default 5000 */
  openMs?: number | undefined;
  /** Longest time out, in milliseconds. @default 300000 */
  maxOpenMs?: number | undefined;
  /** How long a target that gave no answer at all stands behind healthy ones, in milliseconds; doubles each time. @default 5000 */
  suspectMs?: number | undefined;
}

/** A second attempt beside a slow first one. */
export interface HedgeOptions {
  /** How slow the first one must be, as a percentile of the target's own times. @default 95 */
  percentile?: number | undefined;
  /** Calls a target must have answered before its times count. @default 100 */
  minimumSamples?: number | undefined;
  /** Extra requests as a share of all. @default 0.05 */
  maxRatio?: number | undefined;
}

/** Money with its currency. */
export interface MoneyAmount {
  amount: number;
  /** Three letters, e.g. `USD` or `CNY`. */
  currency: string;
}

/** A ceiling on money. */
export interface BudgetOptions {
  /** What the budget is called in events and errors. */
  name: string;
  /** Which calls it is for: all of these tags must match. @default every call */
  match?: Tags | undefined;
  /** The period after which it starts anew, by the calendar; or a window that moves along, in milliseconds. */
  per: 'hour' | 'day' | 'week' | 'month' | { readonly rollingMs: number };
  /** Time zone of the calendar, e.g. `Asia/Shanghai`. @default 'UTC' */
  timeZone?: string | undefined;
  /** The ceiling. */
  limit: MoneyAmount;
  /** Share of the limit at which the threshold event is sent, above 0 and up to 1. @default 0.8 */
  warnAt?: number | undefined;
  /** At the ceiling: refuse the call, only warn, or serve it with a cheaper alias. @default 'block' */
  onExceeded?: 'block' | 'warn' | { readonly degrade: string } | undefined;
  /** When the store cannot be reached: let calls pass or refuse them. @default 'open' */
  onStoreError?: 'open' | 'closed' | undefined;
}

/** Options of the client: all of the SDK's own, and those below. */
export interface GatewayOptions<Models extends ModelAliases = ModelAliases>
  extends ClientOptions,
    CallLimits,
    ConnectionOptions {
  /** `sdk` keeps the plain SDK's behaviour in everything but the checks at construction; one endpoint only. @default the gateway's own rules */
  compat?: 'sdk' | undefined;
  /** The places that answer. @default those of the environment (`LLM_BASE_URL`, ...), else the SDK's own configuration */
  endpoints?: readonly EndpointOptions[] | undefined;
  /** Aliases: names for models that code can use while their meaning is set elsewhere. */
  models?: Models | undefined;
  /** Alias or model for calls whose `model` is `'default'`, empty or absent. @default none */
  defaultModel?: string | undefined;
  /** Accept alias names only. @default false */
  strictModels?: boolean | undefined;
  /** Labels of every call of this client: `project`, `user`, `feature` and free ones. */
  tags?: Tags | undefined;
  /** Observers; they are told what happened and change nothing. */
  hooks?: Hooks | undefined;
  /**
   * What carries requests: connections of the gateway's own where nothing stands against it (`auto`), the runtime's `fetch`, or
   * the gateway's own even beside a mocked `fetch`, a global dispatcher or a proxy variable (`undici`). A `fetch` or
   * `fetchOptions.dispatcher` of yours is always used.
   * @default 'auto', or 'fetch' with compat
   */
  transport?: 'auto' | 'fetch' | 'undici' | undefined;
  /** When a failed attempt may be repeated at the same endpoint. */
  retry?: RetryOptions | undefined;
  /** When a call moves on to another target. */
  fallback?: FallbackOptions | undefined;
  /** When an endpoint's model counts as down; `false` switches circuits off. */
  circuit?: CircuitOptions | false | undefined;
  /** When every target counts as down: ask the least bad one once, or refuse at once. @default 'try' */
  whenAllOpen?: 'try' | 'reject' | undefined;
  /** A second attempt beside a slow first one. @default false */
  hedge?: HedgeOptions | false | undefined;
  /** How a target is chosen inside a tier. @default 'weighted' */
  balance?: Balance | undefined;
  /** Limits for every endpoint that does not say otherwise; each endpoint has its own count. */
  limits?: LimitOptions | undefined;
  /** Limits of calls by their tags, e.g. `[{ each: 'user', requestsPerMinute: 10 }, { match: { feature: 'batch' }, priority: -5 }]`. */
  tagLimits?: readonly TagLimitOptions[] | undefined;
  /** Counts the tokens of a prompt for the limits, in place of the estimate; `undefined` leaves a call to that. */
  countTokens?: ((model: string, body: unknown) => number | undefined) | undefined;
  /** Ceilings on money. */
  budgets?: readonly BudgetOptions[] | undefined;
  /** Prices that go before the price table: a list of rules, or by model (`*` stands for any run of characters). */
  prices?: readonly PriceRule[] | Readonly<Record<string, ModelPrice>> | undefined;
  /** A call whose price is not known. @default an estimate if there is one; else refused under a hard budget and passed without a cost otherwise */
  onUnknownPrice?: UnknownPricePolicy | undefined;
  /**
   * Output tokens that are set aside under a budget for a call that names no `max_tokens`, and that an attempt counts which
   * broke off without an answer. What a reply uses beyond them is settled afterwards.
   * @default 4096
   */
  defaultMaxOutputTokens?: number | undefined;
  /** What one unit of a currency is worth in US dollars, e.g. `{ CNY: 0.138 }`; kept with each record. @default none: amounts in several currencies stay apart */
  fx?: FxRates | undefined;
  /** Where records and budgets are kept. @default memory */
  store?: object | undefined;
  /** Read these instead of the process environment; `false` reads none. @default process.env */
  env?: Readonly<Record<string, string | undefined>> | false | undefined;
  /** First part of the names of environment variables. @default 'LLM' */
  envPrefix?: string | undefined;
  /** Source of time, timers and randomness. @default the runtime's */
  clock?: Clock | undefined;
  /** Allow plain `http` to other machines. @default false */
  allowInsecureHttp?: boolean | undefined;
  /** Largest body of a reply that is read, in bytes. @default no limit */
  maxResponseBytes?: number | undefined;
  /** Free labels of every endpoint, for events and reports. */
  labels?: Readonly<Record<string, string>> | undefined;
  /** A provider whose base URL and peculiarities are known, for the endpoint made from these options. */
  preset?: string | undefined;
}

/** Options of one call: `create(body, { gateway: { ... } })`. Never sent. */
export interface CallOptions extends CallLimits {
  /** Labels of this call; added to those of the client. */
  tags?: Tags | undefined;
  /** Ask this endpoint first; with `fallback: false`, no other. */
  endpoint?: string | undefined;
  /** Whether another target may be asked. @default true */
  fallback?: boolean | undefined;
  /** Extra attempts after the first. @default the alias's or the client's */
  maxRetries?: number | undefined;
  /** Place in the queue for a limit: higher goes first. @default 0 */
  priority?: number | undefined;
  /** Whether a second attempt may be started beside a slow first one. @default the client's */
  hedge?: boolean | undefined;
}
