import type { MockRequest } from './mock-request.js';
import { isScriptedReply, reply } from './reply.js';
import type { MockReply, ScriptedReply } from './scripted-reply.js';

/** Which requests a rule answers; everything given must hold. */
export interface MockMatch {
  /** The `model` of the body. */
  readonly model?: string | RegExp;
  /** The path, or its end: `'/chat/completions'`. */
  readonly path?: string | RegExp;
  /** The URL, or its beginning: `'https://a.example/v1'` tells endpoints apart. */
  readonly url?: string | RegExp;
  readonly method?: string;
  /** A test of the parsed JSON body. */
  readonly body?: (body: unknown) => boolean;
  /** A test of the whole request. */
  readonly request?: (request: MockRequest) => boolean;
}

/** Replies for some of the requests. */
export interface MockRule {
  /** @default every request */
  readonly when?: MockMatch;
  /** One reply, or several in order. */
  readonly reply: MockReply | readonly MockReply[];
  /** How often it applies. @default without end for a single reply, once each for a list */
  readonly times?: number;
}

/**
 * A script: replies, each used once, in order; and rules. Each request gets the first entry that matches it and is not used
 * up. `otherwise` answers what nothing else does.
 */
export type MockScript = readonly (MockReply | MockRule)[];

interface Entry {
  readonly rule: MockRule;
  readonly replies: readonly MockReply[];
  readonly times: number;
  used: number;
}

/** Walks through a script. Both carriers use it, so that a script means the same to both. */
export class ScriptPlayer {
  #entries: Entry[] = [];
  readonly #otherwise: MockReply | undefined;
  /** Requests that nothing in the script answered. */
  readonly unanswered: MockRequest[] = [];

  constructor(script: MockScript, otherwise: MockReply | undefined) {
    this.#otherwise = otherwise;
    this.add(script);
  }

  /** Puts more at the end of the script. */
  add(script: MockScript): void {
    this.#entries.push(...script.map(entryOf));
  }

  /** Replaces the script. */
  replace(script: MockScript): void {
    this.#entries = script.map(entryOf);
    this.unanswered.length = 0;
  }

  /** The reply to a request; a 400 that says so when the script has none. */
  next(request: MockRequest): ScriptedReply | Promise<ScriptedReply> {
    const entry = this.#entries.find(({ rule, times, used }) => used < times && matches(rule.when, request));
    const chosen = entry === undefined ? this.#otherwise : entry.replies[entry.used++ % entry.replies.length];
    if (chosen !== undefined) return typeof chosen === 'function' ? chosen(request) : chosen;
    this.unanswered.push(request);
    // A 400 is the one answer that nobody retries: the message reaches the test at once and unwrapped.
    return reply.error(400, { message: unansweredMessage(request), type: 'mock_error', code: 'script_exhausted' });
  }

  /**
   * Checks that the script was played to its end.
   * @throws Error naming requests without a reply, or the number of replies nobody fetched.
   */
  assertDone(): void {
    const [first] = this.unanswered;
    if (first !== undefined) throw new Error(unansweredMessage(first));
    const left = this.#entries.reduce((sum, { times, used }) => sum + (Number.isFinite(times) ? times - used : 0), 0);
    if (left > 0)
      throw new Error(`The script has ${left} ${left === 1 ? 'reply' : 'replies'} that no request came for.`);
  }
}

function unansweredMessage(request: MockRequest): string {
  const model = request.model === undefined ? '' : ` (model ${JSON.stringify(request.model)})`;
  return `The script has no reply left for request ${request.number}: ${request.method} ${request.url}${model}.`;
}

function entryOf(item: MockReply | MockRule): Entry {
  if (typeof item === 'function' || isScriptedReply(item))
    return { rule: { reply: item }, replies: [item], times: 1, used: 0 };
  if (typeof item !== 'object' || item === null || !('reply' in item)) {
    throw new TypeError(
      'A script holds replies (made by `reply.…`), functions that make them, and rules ({ when, reply }).',
    );
  }
  const isList = Array.isArray(item.reply);
  const replies = (isList ? item.reply : [item.reply]) as readonly MockReply[];
  return { rule: item, replies, times: item.times ?? (isList ? replies.length : Number.POSITIVE_INFINITY), used: 0 };
}

function matches(match: MockMatch | undefined, request: MockRequest): boolean {
  if (match === undefined) return true;
  const { model, path, url, method, body, request: test } = match;
  if (model !== undefined && !(typeof model === 'string' ? request.model === model : model.test(request.model ?? '')))
    return false;
  if (path !== undefined && !(typeof path === 'string' ? request.path.endsWith(path) : path.test(request.path)))
    return false;
  if (url !== undefined && !(typeof url === 'string' ? request.url.startsWith(url) : url.test(request.url)))
    return false;
  if (method !== undefined && request.method !== method.toUpperCase()) return false;
  if (body !== undefined && !body(request.body)) return false;
  return test === undefined || test(request);
}
