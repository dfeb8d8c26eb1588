import type { PromptSize } from './prompt-size.js';

/** How far one call moves a ratio. */
const STEP = 0.08;
const LEAST = 0.3;
const MOST = 3;
/** A reply that is further off than this says more about the reply than about the tokenizer. */
const MOST_OFF = 4;

/**
 * Tokens of text outside ASCII, relative to OpenAI's `o200k`, measured on Chinese prose with the vocabularies themselves.
 * Where a run begins; what a model's replies report takes over from there.
 */
const FAMILIES: readonly (readonly [words: readonly string[], ratio: number])[] = [
  [['claude', 'anthropic'], 1.43],
  [['deepseek'], 0.8],
  [['qwen', 'qwq'], 0.87],
  [['glm', 'kimi', 'moonshot'], 0.85],
];

/** Learns how many tokens one model at one endpoint makes of a measured prompt, from the usage its replies report. */
export class Calibration {
  #ascii = 1;
  #nonAscii: number;
  #media = 1;

  /** @param model its name, for a first guess. */
  constructor(model: string) {
    const name = model.toLowerCase();
    this.#nonAscii = FAMILIES.find(([words]) => words.some((word) => name.includes(word)))?.[1] ?? 1;
  }

  /** Tokens this model is expected to count for a prompt. */
  tokens(size: PromptSize): number {
    return size.ascii * this.#ascii + size.nonAscii * this.#nonAscii + size.media * this.#media;
  }

  /** A prompt of this size turned out to have `counted` tokens. Each ratio moves by its share in the prompt. */
  learn(size: PromptSize, counted: number): void {
    const expected = this.tokens(size);
    if (!(expected > 0) || !(counted > 0) || counted > expected * MOST_OFF || counted * MOST_OFF < expected) return;
    const move = STEP * (counted / expected - 1);
    const { ascii, nonAscii, media } = size;
    this.#ascii = moved(this.#ascii, (move * ascii * this.#ascii) / expected);
    this.#nonAscii = moved(this.#nonAscii, (move * nonAscii * this.#nonAscii) / expected);
    this.#media = moved(this.#media, (move * media * this.#media) / expected);
  }
}

function moved(ratio: number, by: number): number {
  return Math.min(Math.max(ratio * (1 + by), LEAST), MOST);
}
