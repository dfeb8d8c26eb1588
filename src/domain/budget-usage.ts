import type { Usage } from './usage.js';

/** Output tokens reserved for a call that sets no limit of its own, unless the client is told otherwise. */
export const DEFAULT_MAX_OUTPUT_TOKENS = 4_096;

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
export function maxUsage(operation: string, body: unknown, inputTokens: number, defaultMaxOutputTokens = DEFAULT_MAX_OUTPUT_TOKENS): Usage {
  const fields: Body = typeof body === 'object' && body !== null ? (body as Body) : {};
  switch (operation) {
    case 'chat':
    case 'completions':
    case 'responses':
      return { inputTokens, outputTokens: maxOutput(fields, defaultMaxOutputTokens), source: 'estimated' };
    case 'images': {
      const imageCount = whole(fields['n']) ?? 1;
      return { inputTokens, outputTokens: imageCount * TOKENS_PER_PICTURE, imageCount, source: 'estimated' };
    }
    case 'speech': {
      const characterCount = typeof fields['input'] === 'string' ? fields['input'].length : 0;
      return { inputTokens, outputTokens: characterCount * AUDIO_TOKENS_PER_CHARACTER, characterCount, source: 'estimated' };
    }
    case 'transcriptions':
    case 'translations': {
      const audioSeconds = recordingSeconds(body);
      return { inputTokens: Math.ceil(audioSeconds * 10), outputTokens: Math.ceil(audioSeconds * 5), audioSeconds, source: 'estimated' };
    }
    default:
      return { inputTokens, source: 'estimated' };
  }
}

/** The limit of all choices together. Where thinking has a budget of its own it comes on top (SiliconFlow, DashScope). */
function maxOutput(body: Body, fallback: number): number {
  const limit = whole(body['max_completion_tokens']) ?? whole(body['max_output_tokens']) ?? whole(body['max_tokens']) ?? fallback;
  const thinking = whole(body['thinking_budget']) ?? 0;
  return (limit + thinking) * Math.max(1, whole(body['n']) ?? 1, whole(body['best_of']) ?? 1);
}

function recordingSeconds(body: unknown): number {
  const file = typeof FormData !== 'undefined' && body instanceof FormData ? body.get('file') : (body as Body | undefined)?.['file'];
  const size = typeof file === 'object' && file !== null && 'size' in file ? Number(file.size) : Number.NaN;
  return size >= 0 ? size / BYTES_PER_SECOND : UNKNOWN_RECORDING_SECONDS;
}

function whole(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
