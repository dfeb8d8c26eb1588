/**
 * One pass over the bytes of a streamed reply: holds events back until the stream is committed, then hands them to the
 * caller's iterator as they come, and knows at every moment how the stream ended. Longer than most files because reading,
 * holding back and ending share one state.
 */

import type { Piece, PieceReader } from '../domain/body-pieces.js';
import { ChoiceTally } from '../domain/choice-tally.js';
import type { StreamGrammar } from '../domain/operation.js';
import type { Ending } from '../domain/outcome.js';
import { PartialText } from '../domain/partial-reply.js';
import { COMMITS, ERROR, FAILED, needsTerminal, SILENT, TERMINAL, USAGE_ONLY } from '../domain/stream-grammar.js';
import { EventDecoder, MALFORMED, type StreamEvent } from './event-decoder.js';
import type { StreamWatch } from './stream-watch.js';

/** Bounds on what is held back before commitment. */
const MAX_HELD_BYTES = 64 * 1024;
const MAX_HELD_EVENTS = 32;

/** How a stream broke. `cause` is the transport's error, `data` the provider's error event. */
export interface Break {
  readonly reason: 'truncated' | 'stalled' | 'reset' | 'error_event' | 'malformed';
  readonly cause?: unknown;
  readonly data?: unknown;
  /** Nothing at all had arrived. */
  readonly empty?: boolean;
}

export interface EventStreamOptions {
  readonly reader: PieceReader;
  readonly grammar: StreamGrammar;
  readonly controller: AbortController;
  readonly watch: StreamWatch;
  /** Whether a Responses API stream that fails before content counts as an error, because somebody else can be asked. */
  readonly failedIsError: boolean;
  /** How many choices were asked for: the stream is whole when each of them has finished. */
  readonly choiceCount: number;
  /** Whether to keep chunks that carry only usage from the caller, who did not ask for them. */
  readonly hideUsage: boolean;
  /** Wrap items as `{ event, data }`, as the SDK does where asked. */
  readonly withEventName: boolean;
  /** Whether an abort with this reason ends the caller's loop silently. */
  readonly isQuiet: (reason: unknown) => boolean;
  /** Makes the error the caller's loop throws. */
  readonly toError: (broken: Break, stream: EventStream) => unknown;
  /** Told once, when the stream is over. */
  readonly onEnd: (ending: Ending, stream: EventStream, broken: Break | undefined) => void;
}

type Result = IteratorResult<unknown, undefined>;
const DONE: Result = { value: undefined, done: true };

export class EventStream {
  readonly partial: PartialText;
  /** The last event that carried usage. */
  usageEvent: unknown;
  /** The first event that names model and id. */
  firstData: unknown;
  eventCount = 0;

  readonly #options: EventStreamOptions;
  readonly #reader: PieceReader;
  readonly #decoder: EventDecoder;
  readonly #choices: ChoiceTally;
  #queue: StreamEvent[];
  #head = 0;
  /** The answer to the last of the calls of `next` that wait, and how many there are. */
  #last: Promise<Result> | undefined;
  #waiting = 0;
  #committed = false;
  #over = false;
  /** The body has ended; what is queued may still be delivered. */
  #closed = false;
  #broken: Break | undefined;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.partial = new PartialText(options.grammar);
    this.#choices = new ChoiceTally(options.choiceCount);
    this.#reader = options.reader;
    this.#decoder = new EventDecoder(options.grammar);
    this.#queue = this.#decoder.events;
    options.controller.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /**
   * Reads until the stream is committed to this target, and says why it is not, if so.
   * @param isDue Whether it should be handed over although nothing visible has come yet; asked as long as events flow.
   */
  async commit(isDue: () => boolean): Promise<Break | undefined> {
    let held = 0;
    for (let examined = 0; ; ) {
      const from = examined;
      for (; examined < this.#queue.length; examined++) {
        const { flags, size, data } = this.#queue[examined] as StreamEvent;
        if (flags & ERROR) return this.#fail({ reason: 'error_event', data });
        if (flags & MALFORMED) return this.#fail({ reason: 'malformed' });
        if (flags & FAILED && this.#options.failedIsError) return this.#fail({ reason: 'error_event', data });
        held += size;
        if (flags & (COMMITS | TERMINAL) || held > MAX_HELD_BYTES || examined + 1 >= MAX_HELD_EVENTS)
          return this.#commit();
      }
      // [DONE] without a word before it is an end, but no answer.
      if (this.#decoder.done) return this.#fail({ reason: 'truncated', empty: this.#queue.length === 0 });
      if (examined > from && isDue()) return this.#commit();
      if (this.#closed) {
        return this.#fail(this.#broken ?? { reason: 'truncated', empty: this.#queue.length === 0 });
      }
      await this.#reader.read().then(this.#take, this.#lose);
    }
  }

  #commit(): undefined {
    this.#committed = true;
    this.#options.watch.waiting(false);
    return undefined;
  }

  #fail(broken: Break): Break {
    this.#end('interrupted', broken);
    this.#options.controller.abort();
    return broken;
  }

  /** The caller's iterator. `owner` is kept alive as long as the iterator is. */
  iterate(owner: unknown): AsyncIterator<unknown, undefined> {
    const iterator = {
      owner,
      next: (): Promise<Result> => this.#next(),
      return: (): Promise<Result> => {
        this.cancel();
        return Promise.resolve(DONE);
      },
      [Symbol.asyncIterator]() {
        return iterator;
      },
    };
    return iterator;
  }

  /** The caller left early, or nobody will ever read: close the connection. */
  cancel(): void {
    if (this.#over) return;
    this.#end('aborted');
    this.#options.controller.abort();
  }

  #next(): Promise<Result> {
    if (this.#last === undefined) {
      const ready = this.#ready();
      if (ready !== undefined) return Promise.resolve(ready);
      this.#last = this.#wait();
    } else {
      // Calls that overlap are answered one after the other, as an async generator would.
      this.#last = this.#last.then(this.#turn, this.#turn);
    }
    this.#waiting++;
    return this.#last;
  }

  readonly #turn = (): Result | Promise<Result> => {
    const ready = this.#ready();
    return ready === undefined ? this.#wait() : this.#answer(ready);
  };

  /** One wait, however many pieces of the body hold nothing but comments: those are no progress. */
  #wait(): Promise<Result> {
    this.#options.watch.waiting(true);
    return this.#reader.read().then(this.#pass, this.#miss);
  }

  readonly #pass = (chunk: Piece): Result | Promise<Result> => {
    this.#take(chunk);
    return this.#goOn();
  };

  readonly #miss = (error: unknown): Result | Promise<Result> => {
    this.#lose(error);
    return this.#goOn();
  };

  #goOn(): Result | Promise<Result> {
    const ready = this.#ready();
    return ready === undefined ? this.#reader.read().then(this.#pass, this.#miss) : this.#answer(ready);
  }

  #answer(ready: Result | Promise<never>): Result | Promise<never> {
    this.#options.watch.waiting(false);
    this.#waiting--;
    if (this.#waiting === 0) this.#last = undefined;
    return ready;
  }

  /** The next result, if it is known without waiting. */
  #ready(): Result | Promise<never> | undefined {
    while (this.#head < this.#queue.length && !this.#over) {
      const item = this.#queue[this.#head++] as StreamEvent;
      if (this.#head === this.#queue.length) {
        this.#queue.length = 0;
        this.#head = 0;
      }
      const { flags, data } = item;
      if (flags & ERROR) return this.#throw({ reason: 'error_event', data });
      if (flags & MALFORMED) return this.#throw({ reason: 'malformed' });
      if (flags & USAGE_ONLY && this.#options.hideUsage) continue;
      if (flags & COMMITS) this.partial.add(data);
      const named = this.#options.withEventName || item.event?.startsWith('thread.') === true;
      return { value: named ? { event: item.event ?? null, data } : data, done: false };
    }
    if (this.#over) return DONE;
    if (this.#decoder.done) return this.#finish();
    if (!this.#closed) return undefined;
    if (this.#broken !== undefined && !this.#choices.whole) return this.#throw(this.#broken);
    if (!this.#choices.whole && needsTerminal(this.#options.grammar)) return this.#throw({ reason: 'truncated' });
    return this.#finish();
  }

  #finish(): Result {
    this.#end('complete');
    return DONE;
  }

  #throw(broken: Break): Promise<never> {
    const error = this.#options.toError(broken, this);
    this.#end('interrupted', broken);
    this.#options.controller.abort();
    return Promise.reject(error);
  }

  readonly #take = (chunk: Piece): void => {
    if (this.#over) return;
    const from = this.#queue.length;
    if (chunk.done) this.#decoder.end();
    else this.#decoder.push(chunk.value);
    this.#note(from);
    if (chunk.done) this.#close();
  };

  readonly #lose = (error: unknown): void => {
    if (this.#over) return;
    if (!this.#options.controller.signal.aborted) this.#broken = { reason: 'reset', cause: error };
    this.#close();
  };

  /** Looks at what has just been decoded, before anybody gets it. */
  #note(from: number): void {
    const { watch } = this.#options;
    let progress = this.#decoder.done || (watch.firstEventAt === undefined && this.#queue.length > from);
    for (let index = from; index < this.#queue.length; index++) {
      const { flags, data } = this.#queue[index] as StreamEvent;
      this.eventCount++;
      this.firstData ??= data;
      if (!(flags & SILENT)) progress = true;
      this.#choices.note(data, (flags & TERMINAL) !== 0);
      if (hasUsage(data)) this.usageEvent = data;
    }
    if (progress) watch.progress();
  }

  #close(): void {
    this.#closed = true;
    const { watch, controller } = this.#options;
    if (!controller.signal.aborted) return;
    if (watch.expired !== undefined) this.#broken = { reason: 'stalled' };
    else this.#broken ??= { reason: 'stalled', cause: controller.signal.reason };
  }

  readonly #onAbort = (): void => {
    const { watch, controller, isQuiet } = this.#options;
    // The caller's own abort ends the loop without an error, as with the SDK; whoever waits reports anything else.
    if (this.#committed && watch.expired === undefined && isQuiet(controller.signal.reason)) this.#end('aborted');
    // Makes a pending read return.
    else this.#reader.cancel().catch(ignore);
  };

  #end(ending: Ending, broken?: Break): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.watch.stop();
    this.#options.controller.signal.removeEventListener('abort', this.#onAbort);
    this.#queue.length = 0;
    this.#head = 0;
    // After [DONE] the connection may stay open: let go of it. An error while doing so concerns nobody.
    this.#reader.cancel().catch(ignore);
    this.#options.onEnd(ending, this, broken);
  }
}

function ignore(): void {}

/** Usage at the top of an event, in its first choice, or in the response that ends a stream of the Responses API. */
function hasUsage(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return false;
  const { usage, response, choices, x_groq } = data as {
    usage?: unknown;
    response?: { usage?: unknown } | null;
    choices?: readonly { usage?: unknown }[] | null;
    x_groq?: unknown;
  };
  return Boolean(usage || response?.usage || choices?.[0]?.usage || x_groq);
}
