import type { Need } from './limits.js';

/** What a request body asks for besides its prompt. */
export interface Asked {
  /** Most output tokens the caller allows, over all choices; absent when the body does not say. */
  readonly outputCap: number | undefined;
  readonly images: number;
  readonly audioMinutes: number;
  /** Whether the reply has output tokens. */
  readonly generates: boolean;
}

/** Operations whose replies are written by a model, token by token. */
const GENERATING = new Set(['chat', 'completions', 'responses']);
const TRANSCRIBING = new Set(['transcriptions', 'translations']);

/** Bytes of a minute of compressed speech (128 kbit/s) and of a plain recording (16 bits, 16 kHz, one channel). */
const COMPRESSED_MINUTE = 960_000;
const PLAIN_MINUTE = 1_920_000;

const NOTHING: Asked = { outputCap: undefined, images: 0, audioMinutes: 0, generates: false };

/**
 * Reads what a call will use apart from its prompt.
 * @param operation name of the operation, e.g. `chat`.
 */
export function askedFor(operation: string, body: unknown): Asked {
  if (typeof body !== 'object' || body === null) return NOTHING;
  if (TRANSCRIBING.has(operation)) return { ...NOTHING, audioMinutes: recordingMinutes(body) };
  const fields = body as Record<string, unknown>;
  if (operation === 'images') return { ...NOTHING, images: positive(fields['n']) ?? 1 };
  if (!GENERATING.has(operation)) return NOTHING;
  const cap =
    positive(fields['max_completion_tokens']) ??
    positive(fields['max_output_tokens']) ??
    positive(fields['max_tokens']);
  // Some providers count the chain of thought apart from `max_tokens`.
  const thinking = positive(fields['thinking_budget']) ?? 0;
  const choices = positive(fields['n']) ?? 1;
  return { ...NOTHING, generates: true, outputCap: cap === undefined ? undefined : (cap + thinking) * choices };
}

/** The need of a call with these sizes. Tokens are rounded up. */
export function needFor(asked: Asked, promptTokens: number, outputTokens: number): Need {
  const { images, audioMinutes } = asked;
  return { requests: 1, tokens: Math.ceil(promptTokens + outputTokens), images, audioMinutes };
}

/** Length of a recording, guessed from its size. */
function recordingMinutes(body: object): number {
  const file =
    typeof FormData !== 'undefined' && body instanceof FormData ? body.get('file') : (body as { file?: unknown }).file;
  if (typeof file !== 'object' || file === null) return 0;
  const { size, name } = file as { size?: unknown; name?: unknown };
  const plain = typeof name === 'string' && name.toLowerCase().endsWith('.wav');
  return (positive(size) ?? 0) / (plain ? PLAIN_MINUTE : COMPRESSED_MINUTE);
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}
