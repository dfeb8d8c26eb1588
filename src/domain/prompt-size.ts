import { isObject } from './plain-object.js';
import { scanText, type TextSize } from './scan-text.js';

/** How heavy a prompt is, by what is counted differently; tokens of a common vocabulary, before calibration. */
export interface PromptSize {
  readonly ascii: number;
  readonly nonAscii: number;
  /** Images, recordings, files: guesses that hardly depend on their content. */
  readonly media: number;
}

/** Longer prompts are read in samples: the cost of an estimate has a ceiling, and text is much the same throughout. */
const SAMPLED_FROM = 4_096;
const SAMPLES = 16;
const SAMPLE_LENGTH = 128;

/** What the roles and separators around a message cost (OpenAI's cookbook, "How to count tokens"). */
const PER_MESSAGE = 4;
/** GPT-4o: 85 for a small view; 765 for a square of 1024 pixels. */
const SMALL_IMAGE = 85;
const IMAGE = 765;
/** GPT-4o audio: ten tokens a second; compressed speech has about 16 kB a second, and base64 has four characters for three bytes. */
const TOKENS_PER_AUDIO_CHARACTER = (10 / 16_000) * (3 / 4);
/** A page of a PDF has some 50 kB and a thousand tokens. */
const TOKENS_PER_FILE_CHARACTER = (1_000 / 50_000) * (3 / 4);

/** Deeper than any message is. */
const MAX_DEPTH = 12;
/** Fields that hold no text of the prompt. */
const NOT_TEXT = new Set([
  'role',
  'type',
  'id',
  'tool_call_id',
  'call_id',
  'status',
  'detail',
  'format',
  'cache_control',
]);
/**
 * Fields of a request body that count: part of the prompt, or a schema. Schemas are often the same object call after call, so
 * that they are measured once.
 */
const FIELDS: ReadonlyMap<string, 'text' | 'schema'> = new Map([
  ...['instructions', 'system', 'messages', 'input', 'prompt', 'query', 'documents', 'suffix', 'prediction'].map(
    (name) => [name, 'text'] as const,
  ),
  ...['tools', 'functions', 'response_format', 'text'].map((name) => [name, 'schema'] as const),
]);

const schemaSizes = new WeakMap<object, TextSize>();

interface Findings {
  readonly texts: string[];
  length: number;
  overhead: number;
  media: number;
}

/**
 * Measures the prompt of a request body: chat, responses, completions, embeddings and what resembles them. It looks at
 * strings where they stand and serialises nothing but schemas, which it remembers by identity.
 */
export function promptSize(body: unknown): PromptSize {
  if (!isObject(body)) return { ascii: 0, nonAscii: 0, media: 0 };
  const found: Findings = { texts: [], length: 0, overhead: 0, media: 0 };
  const size = { ascii: 0, nonAscii: 0, media: 0 };
  for (const field of Object.keys(body)) {
    const kind = FIELDS.get(field);
    if (kind === 'text') collect(body[field], found, 0);
    else if (kind === 'schema') addSchema(Object.getOwnPropertyDescriptor(body, field)?.value, size);
  }
  size.ascii += found.overhead;
  size.media += found.media;
  if (found.length <= SAMPLED_FROM) for (const text of found.texts) scanText(text, 0, text.length, 1, size);
  else sample(found, size);
  return size;
}

interface MeasurableCall {
  readonly options: { readonly body?: unknown };
  readonly trace: { promptSize: PromptSize | undefined };
}

/** The same for a call, measured once, however many attempts it takes and whoever asks. */
export function promptSizeOf(call: MeasurableCall): PromptSize {
  call.trace.promptSize ??= promptSize(call.options.body);
  return call.trace.promptSize;
}

/** Scans equal slices, evenly spaced over all texts as if they were one. */
function sample({ texts, length }: Findings, size: TextSize): void {
  const stride = length / SAMPLES;
  const scale = stride / SAMPLE_LENGTH;
  let start = 0;
  let next = (stride - SAMPLE_LENGTH) / 2;
  for (const text of texts) {
    const end = start + text.length;
    while (next < end) {
      // A slice that begins in one text and ends in the next is cut in two.
      const from = Math.max(0, Math.floor(next) - start);
      const to = Math.min(text.length, Math.floor(next + SAMPLE_LENGTH) - start);
      if (to > from) scanText(text, from, to, scale, size);
      if (next + SAMPLE_LENGTH > end) break;
      next += stride;
    }
    start = end;
  }
}

function addSchema(schema: unknown, size: TextSize): void {
  if (typeof schema !== 'object' || schema === null) return;
  let own = schemaSizes.get(schema);
  if (own === undefined) {
    const text = asText(schema, []);
    own = { ascii: 0, nonAscii: 0 };
    scanText(text, 0, text.length, 1, own);
    schemaSizes.set(schema, own);
  }
  size.ascii += own.ascii;
  size.nonAscii += own.nonAscii;
}

/**
 * JSON as far as it is plain data. Getters and `toJSON` are the caller's code, which runs when the request is written and
 * not once more for an estimate.
 */
function asText(value: unknown, around: readonly object[]): string {
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value !== 'object' || value === null) return String(value);
  // A circle: the request itself will say so.
  if (around.includes(value)) return '';
  const inside = [...around, value];
  const list = Array.isArray(value);
  const items: string[] = [];
  for (const key of Object.keys(value)) {
    const item: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
    if (item === undefined || typeof item === 'function') continue;
    items.push(list ? asText(item, inside) : `"${key}":${asText(item, inside)}`);
  }
  return list ? `[${items.join(',')}]` : `{${items.join(',')}}`;
}

function collect(value: unknown, found: Findings, depth: number): void {
  if (typeof value === 'string') {
    found.texts.push(value);
    found.length += value.length;
  } else if (typeof value === 'number') {
    // Prompts may be given as token numbers.
    found.overhead += 1;
  } else if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) {
    return;
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, found, depth + 1);
  } else {
    collectObject(value as Record<string, unknown>, found, depth);
  }
}

function collectObject(object: Record<string, unknown>, found: Findings, depth: number): void {
  if (object['role'] !== undefined) found.overhead += PER_MESSAGE;
  const type = object['type'];
  if (type === 'image_url' || type === 'input_image' || type === 'image') {
    const nested = object['image_url'];
    const detail = object['detail'] ?? (isObject(nested) ? nested['detail'] : undefined);
    found.media += detail === 'low' ? SMALL_IMAGE : IMAGE;
  } else if (type === 'input_audio') {
    found.media += lengthOf(object['input_audio'], 'data') * TOKENS_PER_AUDIO_CHARACTER;
  } else if (type === 'file' || type === 'input_file') {
    const length = lengthOf(object['file'], 'file_data') + lengthOf(object, 'file_data');
    found.media += length * TOKENS_PER_FILE_CHARACTER;
  } else {
    for (const key of Object.keys(object)) if (!NOT_TEXT.has(key)) collect(object[key], found, depth + 1);
  }
}

function lengthOf(value: unknown, field: string): number {
  const text = isObject(value) ? value[field] : undefined;
  return typeof text === 'string' ? text.length : 0;
}
