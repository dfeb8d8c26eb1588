import { constants, gunzipSync } from 'node:zlib';
import type { Clock } from '../clock.js';
import { bytesOf, isPause } from './body-steps.js';
import type { Answer } from './scripted-reply.js';
import { bodyFailure } from './transport-fault.js';
import { wait, waitForAbort } from './wait.js';

/** Statuses that HTTP forbids to have a body. */
const WITHOUT_BODY = new Set([101, 103, 204, 205, 304]);

/** What a response needs beside the scripted answer. */
export interface ResponseContext {
  readonly clock: Clock;
  readonly url: string;
  readonly redirected: boolean;
  readonly signal: AbortSignal | null | undefined;
  /** Called once when the body has been read to its end, has failed, or was given up. */
  readonly onEnd: (state: 'answered' | 'aborted') => void;
}

/** Builds the global `Response` that `fetch` would have returned: body unread, `url` set, failing and aborting as undici's does. */
export function mockResponse(answer: Answer, context: ResponseContext): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const single of Array.isArray(value) ? (value as readonly string[]) : [value as string])
      headers.append(name, single);
  }
  const bodiless = WITHOUT_BODY.has(answer.status);
  if (bodiless) context.onEnd('answered');
  const response = new Response(bodiless ? null : bodyStream(answer, headers, context), {
    status: answer.status,
    headers,
  });
  // The constructor leaves these at '' and false; `fetch` fills them in, and the SDK and its users read them.
  Object.defineProperty(response, 'url', { value: context.url, configurable: true });
  Object.defineProperty(response, 'redirected', { value: context.redirected, configurable: true });
  return response;
}

function bodyStream(
  answer: Answer,
  headers: Headers,
  context: ResponseContext,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { signal, onEnd } = context;
  // A cancelled body must not leave a pending pause behind.
  const stopped = new AbortController();
  const chunks = play(
    headers.get('content-encoding') === 'gzip' ? gunzip(answer) : answer,
    context.clock,
    stopped.signal,
  );
  let removeAbortListener = () => {};
  const end = (state: 'answered' | 'aborted') => {
    removeAbortListener();
    onEnd(state);
  };
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      type: 'bytes',
      start(controller) {
        const onAbort = () => {
          stopped.abort(signal?.reason);
          controller.error(signal?.reason);
          end('aborted');
        };
        if (signal?.aborted) return onAbort();
        signal?.addEventListener('abort', onAbort, { once: true });
        removeAbortListener = () => signal?.removeEventListener('abort', onAbort);
      },
      async pull(controller) {
        try {
          const { done, value } = await chunks.next();
          if (stopped.signal.aborted) return;
          if (!done) return controller.enqueue(value);
          controller.close();
          // A pending byob request must be answered before the stream counts as closed.
          if (controller instanceof ReadableByteStreamController) controller.byobRequest?.respond(0);
          end('answered');
        } catch (error) {
          if (stopped.signal.aborted) return;
          controller.error(error);
          end('answered');
        }
      },
      cancel(reason) {
        stopped.abort(reason);
        end('aborted');
      },
    },
    // Nothing is produced before it is read: a failure after some chunks must not overtake chunks in a queue.
    { highWaterMark: 0 },
  );
}

/** A body as it will be played; `failure` is thrown in place of its end. */
interface Playable extends Pick<Answer, 'body' | 'ending'> {
  readonly failure?: Error;
}

async function* play(
  { body, ending, failure }: Playable,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>, undefined> {
  for (const step of body) {
    if (isPause(step)) await wait(clock, step.waitMs, signal);
    else if (step.length > 0) yield Uint8Array.from(bytesOf(step)); // a copy: a byte stream takes the buffer away
  }
  if (failure !== undefined) throw failure;
  if (ending === 'stall') await waitForAbort(signal);
  if (ending === 'cut' || ending === 'reset') throw bodyFailure(ending);
  return undefined;
}

/** Undoes gzip as `fetch` does: nonsense fails with `Z_DATA_ERROR`, a cut stream gives what there was. */
function gunzip({ body, ending }: Answer): Playable {
  const pauses = body.filter(isPause);
  const encoded = Buffer.concat(body.flatMap((step) => (isPause(step) ? [] : [bytesOf(step)])));
  try {
    return { body: [...pauses, gunzipSync(encoded, { finishFlush: constants.Z_SYNC_FLUSH })], ending };
  } catch (cause) {
    return { body: pauses, ending, failure: new TypeError('terminated', { cause }) };
  }
}
