/** The innermost handler: one attempt on the wire. */
import type { Attempt, EndpointPort } from '../domain/call.js';
import type { Outcome } from '../domain/outcome.js';
import { accept, type SendSettings, unread } from './accept.js';
import { decided } from './decided.js';
import { afterFailure, exchange, type Sent } from './exchange.js';
import { nameFailure } from './name-failure.js';
import { plainBody, prepare } from './prepare.js';
import type { StreamWatch } from './stream-watch.js';
import { watchStream } from './watch-stream.js';

/** Without `async`, and so are the layers around: the frame of a function that waits is held by every call under way. */
export function send(settings: SendSettings): (attempt: Attempt) => Promise<Outcome> {
  return (attempt) => {
    const { call, target } = attempt;
    const port = call.port(target.endpoint);
    const watch =
      call.stream && call.operation.stream !== 'opaque' ? watchStream(attempt, port, settings.clock) : undefined;
    try {
      const direct = sendDirectly(attempt, port, settings, watch);
      if (direct !== undefined) return direct;
      const { options, addedUsage } = prepare(attempt, port);
      return exchange(attempt, port, options, settings.clock).then((sent) =>
        receive(sent, attempt, port, settings, watch, addedUsage),
      );
    } catch (error) {
      watch?.stop();
      return Promise.resolve({ ok: false, failure: nameFailure(error, attempt, settings.clock) });
    }
  };
}

/** Past the SDK, where an attempt has nothing of its own but a JSON body; `undefined` where the SDK has to send it. */
function sendDirectly(
  attempt: Attempt,
  port: EndpointPort,
  settings: SendSettings,
  watch: StreamWatch | undefined,
): Promise<Outcome> | undefined {
  const plain = plainBody(attempt, port);
  if (plain === undefined) return undefined;
  const { body, addedUsage } = plain;
  const { call, controller } = attempt;
  return port.sendDirectly(call.options, body, controller.signal)?.then(
    (response) => receive({ response }, attempt, port, settings, watch, addedUsage),
    async (error: unknown) => {
      const sent = await afterFailure(error, attempt, port, settings.clock);
      return receive(sent, attempt, port, settings, watch, addedUsage);
    },
  );
}

async function receive(
  first: Sent,
  attempt: Attempt,
  port: EndpointPort,
  settings: SendSettings,
  watch: StreamWatch | undefined,
  askedForUsage: boolean,
): Promise<Outcome> {
  const { call } = attempt;
  try {
    let sent = first;
    let addedUsage = askedForUsage;
    if (addedUsage && refusesStreamUsage(sent)) {
      port.refusesStreamUsage = true;
      addedUsage = false;
      sent = await exchange(attempt, port, prepare(attempt, port).options, settings.clock);
    }
    if ('failure' in sent) return { ok: false, failure: sent.failure };
    const intent = call.intent.known ?? (await decided(call.intent, settings));
    if (intent === 'response') return unread(sent.response, attempt, settings);
    return await accept(sent.response, attempt, settings, watch, addedUsage);
  } catch (error) {
    return { ok: false, failure: nameFailure(error, attempt, settings.clock) };
  } finally {
    // A stream that was handed out keeps its watch; it stops itself.
    if (watch !== undefined && !watch.handedOver) watch.stop();
  }
}

function refusesStreamUsage(sent: Sent): boolean {
  if (!('failure' in sent) || (sent.failure.status !== 400 && sent.failure.status !== 422)) return false;
  const { message } = sent.failure.error as { message?: unknown };
  return typeof message === 'string' && /stream_options|include_usage/.test(message);
}
