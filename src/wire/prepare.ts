/** Makes the options of one attempt from those of the call. Always a fresh copy: SDK clients write into what they get. */
import type { Attempt, Call, EndpointPort, RequestShape } from '../domain/call.js';
import { isPlainObject } from '../domain/plain-object.js';
import { filterHeaders, isTagHeader, tagsFromHeaders } from '../tags.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Json = Record<string, unknown>;

/** What goes to the endpoint, and whether usage was asked for in the caller's stead. */
export interface Prepared {
  readonly options: RequestShape;
  readonly addedUsage: boolean;
}

/** A body, and whether usage was asked for in the caller's stead. */
export interface PlainBody {
  readonly body: object;
  readonly addedUsage: boolean;
}

/** Request headers that identify somebody; a caller's own go to the first endpoint only. */
const CREDENTIAL_HEADERS = new Set([
  'authorization',
  'api-key',
  'x-api-key',
  'cookie',
  'proxy-authorization',
  'openai-organization',
  'openai-project',
]);

export function prepare(attempt: Attempt, port: EndpointPort): Prepared {
  const { call } = attempt;
  const options = { ...call.options } as Mutable<RequestShape> & { gateway?: unknown; __metadata?: Json };
  delete options.gateway;
  options.maxRetries = attempt.number - 1;
  if (attempt.controller instanceof AbortController) options.signal = attempt.controller.signal;
  options.fetchOptions = withoutRedirects(call.options.fetchOptions);
  const { body, metadata, addedUsage } = contentOf(attempt, port);
  options.body = body;
  if (metadata !== undefined) options.__metadata = metadata;
  else if (options.__metadata !== undefined) delete options.__metadata;
  if (options.headers) options.headers = sendable(options.headers, port.takesCallerCredentials);
  if (options.body === undefined && !('body' in call.options)) delete options.body;
  return { options, addedUsage };
}

/** The body of an attempt that has nothing else of its own; `undefined` for all others. */
export function plainBody(attempt: Attempt, port: EndpointPort): PlainBody | undefined {
  const { body: given, fetchOptions } = attempt.call.options;
  if (attempt.number > 1 || fetchOptions !== undefined || !isPlainObject(given)) return undefined;
  const content = contentOf(attempt, port);
  return content.metadata === undefined ? (content as PlainBody) : undefined;
}

/** What the target's model and the wish to know usage make of body and metadata. */
function contentOf({ call, target }: Attempt, port: EndpointPort) {
  const { body: given, __metadata: metadata } = call.options;
  const { model, sentModel = model } = target;
  const addedUsage = asksForUsage(call, port, given);
  const body = bodyFor(given, sentModel, addedUsage);
  return {
    body,
    addedUsage,
    metadata: metadata === undefined ? undefined : metadataFor(metadata, body, call.stream, sentModel),
  };
}

/**
 * The SDK serialises bodies through a function that watches for `stream`, in case something in them decides that only while it is
 * being written. In a plain object with a plain `stream` nothing does, and plain serialising is several times as fast.
 */
function metadataFor(metadata: Json, body: unknown, stream: boolean, model: string): Json | undefined {
  const kept: Json = {};
  let isEmpty = true;
  for (const name in metadata) {
    if (name === 'streamFromBody' && metadata[name] === true && saysPlainly(body, stream)) continue;
    kept[name] = name === 'model' && metadata[name] !== undefined && model !== '' ? model : metadata[name];
    isEmpty = false;
  }
  return isEmpty ? undefined : kept;
}

function saysPlainly(body: unknown, stream: boolean): boolean {
  if (!isPlainObject(body) || 'toJSON' in body) return false;
  const said = body['stream'];
  return (said === undefined || said === null || typeof said === 'boolean') && (said === true) === stream;
}

/** A redirect would carry the prompt to wherever it points, so the answer to one is decided here and not by `fetch`. */
const MANUAL = Object.freeze({ redirect: 'manual' });

function withoutRedirects(fetchOptions: unknown): unknown {
  if (typeof fetchOptions !== 'object' || fetchOptions === null) return MANUAL;
  return (fetchOptions as Json)['redirect'] === 'error' ? fetchOptions : { ...fetchOptions, redirect: 'manual' };
}

function asksForUsage({ wantsUsage, stream, operation }: Call, port: EndpointPort, body: unknown): boolean {
  if (!stream || !wantsUsage || port.refusesStreamUsage) return false;
  const hasUsage = operation.stream === 'chat' || operation.stream === 'completions';
  if (!hasUsage || typeof body !== 'object' || body === null) return false;
  const asked = (body as { stream_options?: { include_usage?: unknown } | null }).stream_options?.include_usage;
  return asked === undefined || asked === null;
}

function bodyFor(body: unknown, model: string, addUsage: boolean): unknown {
  if (typeof FormData !== 'undefined' && body instanceof FormData) return formFor(body, model);
  if (!isPlainObject(body)) return body;
  const renamed = model !== '' && body['model'] !== model;
  if (!renamed && !addUsage) return body;
  const copy: Json = { ...body };
  if (renamed) copy['model'] = model;
  if (addUsage)
    copy['stream_options'] = { ...(body['stream_options'] as Json | null | undefined), include_usage: true };
  return copy;
}

function formFor(form: FormData, model: string): FormData {
  if (model === '' || form.get('model') === model) return form;
  const copy = new FormData();
  for (const [name, value] of form.entries()) {
    if (name === 'model') continue;
    if (typeof value === 'string') copy.append(name, value);
    else copy.append(name, value, value.name);
  }
  copy.append('model', model);
  return copy;
}

/** Labels are for the ledger and not for the provider; credentials go to the endpoint they are meant for. */
function sendable(headers: unknown, withCredentials: boolean): unknown {
  if (withCredentials && tagsFromHeaders(headers) === undefined) return headers;
  return filterHeaders(headers, (name) => !isTagHeader(name) && (withCredentials || !CREDENTIAL_HEADERS.has(name)));
}
