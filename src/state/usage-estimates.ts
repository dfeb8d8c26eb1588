import { estimatedUsage, maxUsage, replyText } from '../domain/budget-usage.js';
import { Calibration } from '../domain/calibration.js';
import type { Attempt } from '../domain/call.js';
import type { Reply, Settlement } from '../domain/outcome.js';
import { promptSizeOf } from '../domain/prompt-size.js';
import { scanText } from '../domain/scan-text.js';
import type { Usage } from '../domain/usage.js';
import { BoundedMap } from './bounded-map.js';

/** An estimate is off by up to so much now and then; what is set aside should rather be too much. */
const MARGIN = 1.25;
/** Tokens around the messages that no text shows. */
const OVERHEAD_TOKENS = 16;
/** Of reasoning and of further choices only the length is kept. */
const CHARACTERS_PER_TOKEN = 3;
const MAX_MODELS = 1_000;

/** What attempts may consume at most, and what they consumed where the provider does not say. */
export class UsageEstimates {
  readonly #defaultMaxOutputTokens: number | undefined;
  readonly #calibrations = new BoundedMap<string, Calibration>(MAX_MODELS);

  /** @param defaultMaxOutputTokens Output set aside for calls that set no limit. @default 4096 */
  constructor(defaultMaxOutputTokens?: number) {
    this.#defaultMaxOutputTokens = defaultMaxOutputTokens;
  }

  /** The most that an attempt can consume, as far as its request says. */
  most({ call, target }: Pick<Attempt, 'call' | 'target'>): Usage {
    const { body } = call.options;
    const tokens = this.#calibration(target.model).tokens(promptSizeOf(call));
    return maxUsage(
      call.operation.name,
      body,
      Math.ceil(tokens * MARGIN) + OVERHEAD_TOKENS,
      this.#defaultMaxOutputTokens,
    );
  }

  /** What an answered attempt consumed: the provider's figures, else an estimate by what was delivered. */
  used(attempt: Attempt, { usage, received, ending }: Settlement, reply: Reply, most: () => Usage): Usage {
    if (usage !== undefined) return usage;
    if (received === undefined) {
      const text = ending === 'complete' ? replyText(reply.value) : '';
      return estimatedUsage(most(), text === '' ? undefined : this.#tokens(attempt, text));
    }
    const seen = received.text + received.toolCalls.map((call) => call.arguments).join('');
    const hidden = Math.ceil(received.otherLength / CHARACTERS_PER_TOKEN);
    // A reader that left took less than came: what was decoded has been written by the model, and is billed.
    const least = ending === 'complete' ? 0 : received.eventCount;
    return estimatedUsage(most(), Math.max(this.#tokens(attempt, seen) + hidden, least));
  }

  #tokens({ target }: Attempt, text: string): number {
    const size = { ascii: 0, nonAscii: 0, media: 0 };
    scanText(text, 0, text.length, 1, size);
    return Math.ceil(this.#calibration(target.model).tokens(size));
  }

  #calibration(model: string): Calibration {
    let calibration = this.#calibrations.get(model);
    if (calibration === undefined) {
      calibration = new Calibration(model);
      this.#calibrations.set(model, calibration);
    }
    return calibration;
  }
}
