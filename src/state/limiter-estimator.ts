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

/** What a call is expected to use, and who learns from what it used. */
export interface Estimate {
  readonly need: Need;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** What the prompt was measured at; absent when the user's own counter counted. */
  readonly size: PromptSize | undefined;
  readonly calibration: Calibration;
  readonly output: OutputSize;
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
  /** The most tokens that a call can have; a guess at its output must not be what it is refused for. */
  readonly mostTokens: number;
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
    const { call, kind } = estimated;
    const asked = askedFor(call.operation.name, call.options.body);
    const calibration = this.#calibration(estimated);
    const output = this.#output(kind);
    const counted = this.#counted(estimated);
    const size = counted === undefined ? promptSizeOf(call) : undefined;
    const promptTokens = size === undefined ? (counted as number) : calibration.tokens(size);
    const outputTokens = outputOf(asked, output, promptTokens, estimated);
    const need = needFor(asked, promptTokens, outputTokens);
    return { need, promptTokens, outputTokens, size, calibration, output };
  }

  /** The call has ended; what its reply reported improves the next estimates. */
  learn({ size, outputTokens, calibration, output }: Estimate, usage: Usage): void {
    if (usage.source !== 'reported') return;
    if (usage.inputTokens !== undefined && size !== undefined) calibration.learn(size, usage.inputTokens);
    if (usage.outputTokens !== undefined && outputTokens > 0) output.learn(usage.outputTokens);
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

  #output(kind: string): OutputSize {
    let output = this.#outputs.get(kind);
    if (output === undefined) {
      output = new OutputSize();
      this.#outputs.set(kind, output);
    }
    return output;
  }
}

function outputOf(
  { generates, outputCap }: Asked,
  { usual }: OutputSize,
  promptTokens: number,
  { countsMaxTokens, mostTokens }: EstimatedCall,
): number {
  if (!generates) return 0;
  if (outputCap === undefined) {
    const room = Math.max(0, Math.floor(mostTokens) - promptTokens);
    return Math.min(usual ?? UNKNOWN_OUTPUT, room);
  }
  return countsMaxTokens ? outputCap : Math.min(usual ?? outputCap, outputCap);
}
