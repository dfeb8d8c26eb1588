import { askedFor } from './estimate.js';
import type { Usage } from './usage.js';

/** Output tokens reserved for a call that sets no limit of its own, unless the client is told otherwise. */
const DEFAULT_MAX_OUTPUT_TOKENS = 4_096;

/** Tokens of the largest picture at the highest quality (gpt-image-1, 1024 x 1536, high: 6,240). */
const TOKENS_PER_PICTURE = 6_240;
/** Speech takes about 25 audio tokens a second, and a character about a fifteenth of a second. */
const AUDIO_TOKENS_PER_CHARACTER = 2;
/** Bytes of a second of speech, compressed hard; a recording of a known size is at most so long. */
const BYTES_PER_SECOND = 4_000;
/** Length assumed for a recording whose size is not known, in seconds. */
const UNKNOWN_RECORDING_SECONDS = 600;

type Body = Readonly<Record<string, unknown>>;

/**
 * The most that one attempt can consume, as far as its request says: the estimated prompt and the output limit it sets.
 * @param inputTokens Estimate of the prompt.
 * @param defaultMaxOutputTokens For requests without a limit. What a reply uses beyond it is settled, not refused.
 */
export function maxUsage(
  operation: string,
  body: unknown,
  inputTokens: number,
  defaultMaxOutputTokens = DEFAULT_MAX_OUTPUT_TOKENS,
): Usage {
  const fields: Body = typeof body === 'object' && body !== null ? (body as Body) : {};
  switch (operation) {
    case 'chat':
    case 'completions':
    case 'responses': {
      const outputTokens = askedFor(operation, body).outputCap ?? defaultMaxOutputTokens * (whole(fields['n']) ?? 1);
      return { inputTokens, outputTokens, source: 'estimated' };
    }
    case 'images': {
      const imageCount = whole(fields['n']) ?? 1;
      return { inputTokens, outputTokens: imageCount * TOKENS_PER_PICTURE, imageCount, source: 'estimated' };
    }
    case 'speech': {
      const characterCount = typeof fields['input'] === 'string' ? fields['input'].length : 0;
      return {
        inputTokens,
        outputTokens: characterCount * AUDIO_TOKENS_PER_CHARACTER,
        characterCount,
        source: 'estimated',
      };
    }
    case 'transcriptions':
    case 'translations': {
      const audioSeconds = recordingSeconds(body);
      return {
        inputTokens: Math.ceil(audioSeconds * 10),
        outputTokens: Math.ceil(audioSeconds * 5),
        audioSeconds,
        source: 'estimated',
      };
    }
    default:
      return { inputTokens, source: 'estimated' };
  }
}

/**
 * What an answer consumed that came without usage: the estimated prompt, and output by what it delivered. Kinds of call
 * that deliver no text (speech, pictures, recordings) count at the most their request allows.
 * @param outputTokens Estimate of the text that was delivered; `undefined` when it was not seen.
 */
export function estimatedUsage(most: Usage, outputTokens: number | undefined): Usage {
  const textless =
    most.imageCount !== undefined || most.characterCount !== undefined || most.audioSeconds !== undefined;
  return textless || outputTokens === undefined || most.outputTokens === undefined ? most : { ...most, outputTokens };
}

/** All text of a parsed reply that was billed as output: content, reasoning, tool calls. */
export function replyText(value: unknown): string {
  const parts: string[] = [];
  collect(value, parts, 0);
  return parts.join('');
}

const OUTPUT_FIELDS = [
  'choices',
  'output',
  'message',
  'content',
  'text',
  'reasoning_content',
  'reasoning',
  'refusal',
  'tool_calls',
  'function',
  'arguments',
  'summary',
];

function collect(value: unknown, parts: string[], depth: number): void {
  if (typeof value === 'string') parts.push(value);
  else if (typeof value !== 'object' || value === null || depth > 8) return;
  else if (Array.isArray(value)) for (const item of value) collect(item, parts, depth + 1);
  else
    for (const field of OUTPUT_FIELDS)
      if (Object.hasOwn(value, field)) collect((value as Body)[field], parts, depth + 1);
}

function recordingSeconds(body: unknown): number {
  const file =
    typeof FormData !== 'undefined' && body instanceof FormData
      ? body.get('file')
      : (body as Body | undefined)?.['file'];
  const size = typeof file === 'object' && file !== null && 'size' in file ? Number(file.size) : Number.NaN;
  return size >= 0 ? size / BYTES_PER_SECOND : UNKNOWN_RECORDING_SECONDS;
}

function whole(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
