import type { StreamGrammar } from './operation.js';

interface Choice {
  readonly index?: unknown;
  readonly finish_reason?: unknown;
}

/** Tells whether all choices of a stream have finished: one of several that has says nothing about the others. */
export class ChoiceTally {
  #wanted: number;
  #ended = false;
  readonly #finished = new Set<number>();

  /** @param wanted How many choices were asked for; others that turn up are waited for as well. */
  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  /** Takes note of one event. `terminal`: it says that something has properly ended. */
  note(data: unknown, terminal: boolean): void {
    const { choices } = Object(data) as { choices?: unknown };
    if (!Array.isArray(choices)) {
      this.#ended ||= terminal;
      return;
    }
    for (const choice of choices as readonly (Choice | null)[]) {
      const index = typeof choice?.index === 'number' ? choice.index : 0;
      if (index >= this.#wanted) this.#wanted = index + 1;
      if (choice?.finish_reason) this.#finished.add(index);
    }
  }

  /** Whether nothing is missing. */
  get whole(): boolean {
    return this.#ended || this.#finished.size >= this.#wanted;
  }
}

/** How many choices a request asks for: `n`, for each of its prompts. */
export function choicesAsked(grammar: StreamGrammar, body: unknown): number {
  if ((grammar !== 'chat' && grammar !== 'completions') || typeof body !== 'object' || body === null) return 1;
  const { n, prompt } = body as { n?: unknown; prompt?: unknown };
  const each = typeof n === 'number' && n > 1 ? n : 1;
  // A list of numbers is one prompt, written as tokens.
  const isList = grammar === 'completions' && Array.isArray(prompt) && prompt.length > 0;
  return isList && typeof prompt[0] !== 'number' ? each * prompt.length : each;
}
