/**
 * Where the gateway by its own rules differs from the plain SDK, with one endpoint. The list is complete: a row of the fault
 * tables that differs must name its difference, and the README prints the same sentences.
 */
export const DIFFERENCES = {
  body_broken:
    'A connection that breaks inside a JSON body is tried again, and ends as `APIConnectionError` with the `TypeError` as its cause (SDK: the raw `TypeError`, no retry).',
  tls: 'A certificate or TLS fault is not tried again at the same endpoint (SDK: `maxRetries` more times).',
  retry_after_long:
    '`Retry-After` between 60 and 120 s is honoured; longer ones end the call at once, with `retryAfterMs` on the error (SDK: ignored, tried again after half a second).',
  retry_after_strict:
    '`Retry-After` is read strictly: `1, 2` is nonsense and means the usual backoff (SDK: one second).',
  unsupported: '501 and 505 are not tried again at the same endpoint (SDK: `maxRetries` more times).',
  quota: 'A 429 that says the quota or the balance is used up is not tried again (SDK: `maxRetries` more times).',
  no_answer:
    'A success status over something that is no answer (a page, an error body, nothing, cut JSON) is a failure: tried again, finally `InvalidResponseError` (SDK: handed out as the value, or a raw `SyntaxError`).',
  json_as_text: 'A JSON answer under a content type that is not JSON is parsed (SDK: handed out as a string).',
  stream_not_begun:
    'A stream that fails before its first content (an error event, an early end, a page, JSON, a cut connection) is tried again (SDK: an empty stream, `APIError`, `SyntaxError` or the raw `TypeError`).',
  stream_interrupted:
    'A stream that breaks after its first content ends with one `StreamInterruptedError` that holds what was received (SDK: a normal end, `APIError`, `SyntaxError` or the raw `TypeError`).',
  stream_lenient:
    'Stream events without data, pings, and blanks behind `[DONE]`, are passed over (SDK: `SyntaxError`, or a chunk without choices).',
  stream_clocks:
    'A stream that goes silent is ended by `firstEventTimeoutMs` and `idleTimeoutMs`; comments, pings and empty deltas do not count (SDK: waits without end).',
  redirects:
    'Redirects to another origin, or to another method, are not followed; one inside the origin is (SDK: all are followed, prompt and secret headers included).',
  error_additions:
    "The SDK's own errors carry `attempts`, `retryAfterMs` where the provider named a time, and `retriesWithheld` where the endpoint's store of retries was used up, as properties that are not enumerable (SDK: none of them).",
} as const;

export type Difference = keyof typeof DIFFERENCES;
