import { beginCall } from './begin-call.js';
import { attemptsAllowed } from './domain/attempts-allowed.js';
import type { BudgetStatus } from './domain/budget.js';
import type { RequestShape } from './domain/call.js';
import type { UsageQuery, UsageRow } from './domain/ledger.js';
import type { Standing } from './domain/plan.js';
import type { GatewayParts } from './gateway-parts.js';
import type { CallOptions } from './options/options.js';
import type { LimiterState } from './state/limiter-registry.js';

/** A request to explain: the body of a call, and where it would go if not to chat completions. */
export interface ExplainRequest {
  readonly model?: string | undefined;
  readonly stream?: boolean | undefined;
  /** Path of the call. @default '/chat/completions' */
  readonly path?: string | undefined;
  readonly body?: object | undefined;
  readonly gateway?: CallOptions | undefined;
}

/** One target of a plan. */
export interface PlannedTarget {
  readonly endpoint: string;
  /** The model's name there. */
  readonly model: string | undefined;
  readonly tier: number;
  readonly weight: number;
  readonly standing: Standing;
  /** Why it stands where it stands, in one sentence. */
  readonly why: string;
}

/** What a call would do. */
export interface CallPlan {
  readonly operation: string;
  readonly alias: string | undefined;
  /** Whether another endpoint may serve it after a failure. */
  readonly movable: boolean;
  /** In the order they are asked; equals of one tier are drawn by weight for each call. */
  readonly targets: readonly PlannedTarget[];
  /** Targets that would not be asked now. */
  readonly skipped: readonly PlannedTarget[];
  readonly maxAttempts: number;
  readonly deadlineMs: number | undefined;
}

/** One endpoint and its state. */
export interface EndpointState {
  readonly name: string;
  readonly baseURL: string | undefined;
  readonly tier: number;
  readonly weight: number;
}

/** What can be asked of a gateway beside calls: `client.gateway`. */
export class GatewayView {
  readonly #parts: GatewayParts;
  readonly #defaults: CallOptions;

  constructor(parts: GatewayParts, defaults: CallOptions) {
    this.#parts = parts;
    this.#defaults = defaults;
  }

  /**
   * The plan of a call: targets in order and why, what is skipped. Sends nothing and changes nothing.
   * @throws {ConfigError} where the call itself would
   */
  explain(request: ExplainRequest): CallPlan {
    const { model, stream, path = '/chat/completions', body, gateway } = request;
    const options: RequestShape = {
      method: 'post',
      path,
      body: { ...body, ...(model !== undefined && { model }), ...(stream !== undefined && { stream }) },
    };
    const never = () => Promise.reject(new Error('not sent'));
    const call = beginCall(
      this.#parts,
      {
        options,
        callOptions: { ...this.#defaults, ...gateway },
        tags: this.#parts.config.tags,
        maxRetries: this.#parts.config.settings.maxRetries ?? 2,
        intent: { known: 'body', wait: () => Promise.resolve('body') },
        port: (name) => ({
          name,
          origin: '',
          takesCallerCredentials: false,
          client: this,
          guardsOrigin: true,
          refusesStreamUsage: false,
          timeoutMs: 0,
          send: never,
          sendDirectly: never,
        }),
      },
      () => {},
    );
    const engine = this.#parts.engine.now;
    const { maxPriceRatio } = this.#parts.config;
    const guard = maxPriceRatio === undefined ? undefined : engine?.metering.metering.guard(call, maxPriceRatio);
    const tooDear = guard?.tooDear ?? [];
    const planned = call.groups.flatMap((group, index) =>
      [...group]
        .sort((a, b) => b.weight - a.weight)
        .map((target) => ({
          endpoint: target.endpoint,
          model: target.model === '' ? undefined : target.model,
          tier: target.tier,
          weight: target.weight,
          // Nobody has failed yet where nothing has served a call.
          standing: tooDear.includes(target) ? ('out' as const) : (engine?.health.standing(target) ?? 'ready'),
          why: tooDear.includes(target)
            ? `more than ${maxPriceRatio} times dearer than what is asked first (maxPriceRatio)`
            : call.movable
              ? place(index, group.length, target.tier)
              : 'the only target: this call may not move',
        })),
    );
    return {
      operation: call.operation.name,
      alias: call.alias,
      movable: call.movable,
      targets: planned.filter(({ standing }) => standing !== 'out'),
      skipped: planned.filter(({ standing }) => standing === 'out'),
      maxAttempts: attemptsAllowed(planned.length, call.maxRetries),
      deadlineMs: call.settings.deadlineMs,
    };
  }

  /** All endpoints with their state. */
  endpoints(): EndpointState[] {
    return [...this.#parts.endpoints.values()].map(({ config }) => ({
      name: config.name,
      baseURL: config.baseURL,
      tier: config.tier,
      weight: config.weight,
    }));
  }

  /**
   * Takes no new calls from now on, lets those under way finish, and ends what is left when the time is up with a
   * `ShuttingDownError`. Installs no signal handlers: call it from your own.
   * @param options.graceMs How long to wait for calls under way, milliseconds. @default 10000
   */
  async close(options: { readonly graceMs?: number | undefined } = {}): Promise<void> {
    const { lifecycle, engine, transports } = this.#parts;
    await lifecycle.close(options.graceMs ?? 10_000);
    await Promise.all([engine.now?.limits.close(), engine.now?.metering.close(), transports.close()]);
  }

  /**
   * Opens a connection to every endpoint, so that the first call need not wait for one. Sends nothing, not even a key.
   * Resolves when done, whatever came of it; does nothing where requests go through the runtime's `fetch`.
   */
  prewarm(): Promise<void> {
    return this.#parts.transports.prewarm();
  }

  /** Balance, queue and waits of every limiter. Empty until what serves calls is loaded, a moment after the first client is made. */
  limits(): LimiterState[] {
    return this.#parts.engine.now?.limits.snapshot() ?? [];
  }

  /**
   * Sums of the ledger: calls, attempts, tokens and costs, by target and label.
   * @throws {ConfigError} for a question that cannot be understood
   * @example await client.gateway.usage({ by: ['project', 'model'], since: Date.now() - 86_400_000 })
   */
  async usage(query: UsageQuery = {}): Promise<readonly UsageRow[]> {
    return (await this.#parts.engine.load()).usage(query);
  }

  /** How much of each budget is spent and reserved in its present window, by everybody who shares the store. */
  async budgets(): Promise<readonly BudgetStatus[]> {
    const { metering } = await this.#parts.engine.load();
    return metering.budgets.status(this.#parts.config.clock.wallNow());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function place(index: number, size: number, tier: number): string {
  const share =
    size > 1 ? `one of ${size} equals of tier ${tier}, drawn by weight` : `the only one of tier ${tier} here`;
  return index === 0 ? `${share}; asked first` : `${share}; asked when everything before it failed`;
}
