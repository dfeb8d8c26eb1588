import { Calibration } from '../domain/calibration.js';
import type { Call } from '../domain/call.js';
import { type Asked, askedFor, needFor } from '../domain/estimate.js';
import type { Need } from '../domain/limits.js';
import { OutputSize } from '../domain/output-size.js';
import { type PromptSize, promptSizeOf } from '../domain/prompt-size.js';
import type { Usage } from '../domain/usage.js';
import { BoundedMap } from './bounded-map.js';

/** Counts the tokens of a prompt in place of the built-in estimate; `undefined` leaves it to that. */
export type TokenCounter = (model: string, body: unknown) => number | undefined;

/** What a call is expected to use. */
export interface Estimate {
  readonly need: Need;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** What the prompt was measured at, to learn from; absent when the user's own counter counted. */
  readonly size: PromptSize | undefined;
}

/** What the estimator looks at. */
export interface EstimatedCall {
  readonly call: Call;
  /** The model's name at the endpoint. */
  readonly model: string;
  /** Endpoint and model: prompts are calibrated apart for each. */
  readonly target: string;
  /** Alias and project, or whatever else has replies of its own length. */
  readonly kind: string;
  /** Whether the provider counts `max_tokens` in full when a request arrives (OpenAI does). */
  readonly countsMaxTokens: boolean;
}

/** Models and kinds of calls that are remembered; the one used least recently is forgotten. */
const MAX_REMEMBERED = 1_000;
/** Output of a call about whose kind nothing is known yet and that names no maximum. */
const UNKNOWN_OUTPUT = 1_000;

/** Estimates what calls will use before they are sent, and learns from what they used. */
export class TokenEstimator {
  readonly #count: TokenCounter | undefined;
  readonly #calibrations = new BoundedMap<string, Calibration>(MAX_REMEMBERED);
  readonly #outputs = new BoundedMap<string, OutputSize>(MAX_REMEMBERED);

  constructor(count?: TokenCounter) {
    this.#count = count;
  }

  estimate(estimated: EstimatedCall): Estimate {
    const { call } = estimated;
    const asked = askedFor(call.operation.name, call.options.body);
    const counted = this.#counted(estimated);
    const size = counted === undefined ? promptSizeOf(call) : undefined;
    const promptTokens = counted ?? this.#calibration(estimated).tokens(size as PromptSize);
    const outputTokens = this.#output(estimated, asked);
    return { need: needFor(asked, promptTokens, outputTokens), promptTokens, outputTokens, size };
  }

  /** The call has ended; what its reply reported improves the next estimates. */
  learn(call: EstimatedCall, estimate: Estimate, usage: Usage): void {
    if (usage.source !== 'reported') return;
    const { inputTokens, outputTokens } = usage;
    if (inputTokens !== undefined && estimate.size !== undefined)
      this.#calibration(call).learn(estimate.size, inputTokens);
    if (outputTokens === undefined || estimate.outputTokens === 0) return;
    let output = this.#outputs.get(call.kind);
    if (output === undefined) {
      output = new OutputSize();
      this.#outputs.set(call.kind, output);
    }
    output.learn(outputTokens);
  }

  #output({ kind, countsMaxTokens }: EstimatedCall, { generates, outputCap }: Asked): number {
    if (!generates) return 0;
    if (outputCap !== undefined && countsMaxTokens) return outputCap;
    const usual = this.#outputs.get(kind)?.usual;
    if (usual === undefined) return outputCap ?? UNKNOWN_OUTPUT;
    return Math.min(usual, outputCap ?? Number.POSITIVE_INFINITY);
  }

  /** A counter that fails or answers nonsense is passed over: a call is not lost to an estimate. */
  #counted({ model, call }: EstimatedCall): number | undefined {
    try {
      const counted = this.#count?.(model, call.options.body);
      return counted !== undefined && Number.isFinite(counted) && counted >= 0 ? counted : undefined;
    } catch {
      return undefined;
    }
  }

  #calibration({ target, model }: EstimatedCall): Calibration {
    let calibration = this.#calibrations.get(target);
    if (calibration === undefined) {
      calibration = new Calibration(model);
      this.#calibrations.set(target, calibration);
    }
    return calibration;
  }
}
