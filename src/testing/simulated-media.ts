import { countTokens } from './count-tokens.js';
import { formOf } from './form-body.js';
import type { MockRequest } from './mock-request.js';
import { bodyOf } from './prompt-text.js';
import { reply } from './reply.js';
import type { ScriptedReply } from './scripted-reply.js';
import { seededRandom } from './seeded-random.js';

/** One grey pixel. */
const PIXEL_PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';
const CREATED = 1_767_225_600;
const DEFAULT_DIMENSIONS = 1536;
const MODERATION_CATEGORIES = ['harassment', 'hate', 'illicit', 'self-harm', 'sexual', 'violence'];

/** Embeddings: unit vectors drawn from the text, so that equal texts are equal and others are not. */
export function simulatedEmbeddings(request: MockRequest): ScriptedReply {
  const { input, dimensions, encoding_format: format, model } = bodyOf(request);
  const inputs: readonly unknown[] =
    Array.isArray(input) && !input.every((item) => typeof item === 'number') ? input : [input];
  const size = typeof dimensions === 'number' ? dimensions : DEFAULT_DIMENSIONS;
  const tokens = inputs.reduce<number>(
    (sum, item) => sum + (Array.isArray(item) ? item.length : countTokens(String(item))),
    0,
  );
  const data = inputs.map((item, index) => {
    const vector = unitVector(JSON.stringify(item), size);
    // The SDK asks for base64 unless told otherwise, and decodes it to numbers.
    const embedding = format === 'base64' ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector;
    return { object: 'embedding', index, embedding };
  });
  return reply.json({
    object: 'list',
    data,
    model: model ?? 'mock-embedding',
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
}

/** Moderations: nothing is ever flagged. */
export function simulatedModeration(request: MockRequest): ScriptedReply {
  const { input, model } = bodyOf(request);
  const each = <T>(value: T) => Object.fromEntries(MODERATION_CATEGORIES.map((category) => [category, value]));
  const results = (Array.isArray(input) ? input : [input]).map(() => ({
    flagged: false,
    categories: each(false),
    category_scores: each(0.0001),
    category_applied_input_types: each(['text']),
  }));
  return reply.json({ id: 'modr-mock', model: model ?? 'mock-moderation', results });
}

/** Images: one pixel each. */
export function simulatedImages(request: MockRequest): ScriptedReply {
  const { n, prompt } = bodyOf(request);
  const count = typeof n === 'number' ? n : 1;
  const inputTokens = countTokens(String(prompt ?? ''));
  return reply.json({
    created: CREATED,
    data: Array.from({ length: count }, () => ({ b64_json: PIXEL_PNG })),
    usage: {
      input_tokens: inputTokens,
      output_tokens: count,
      total_tokens: inputTokens + count,
      input_tokens_details: { text_tokens: inputTokens, image_tokens: 0 },
    },
  });
}

/** Speech: a WAV header and silence, a sample per character. */
export function simulatedSpeech(request: MockRequest): ScriptedReply {
  const samples = String(bodyOf(request)['input'] ?? '').length;
  const wav = Buffer.alloc(44 + samples * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + samples * 2, 4);
  wav.write('WAVEfmt ', 8);
  // PCM, one channel, 24 kHz, 16 bits.
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(24_000, 24);
  wav.writeUInt32LE(48_000, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(samples * 2, 40);
  return reply.bytes(wav, 'audio/wav');
}

/** Transcriptions and translations: says which file it heard. */
export async function simulatedTranscript(request: MockRequest): Promise<ScriptedReply> {
  const form = await formOf(request);
  const file = form?.get('file');
  if (!(file instanceof Blob))
    return reply.error(400, { message: "'file' is a required property", type: 'invalid_request_error' });
  const text = `Heard ${file.size} bytes of ${file instanceof File ? file.name : 'audio'}.`;
  if (form?.get('response_format') === 'text') return reply.text(text);
  return reply.json({ text, usage: { type: 'duration', seconds: 1 } });
}

function unitVector(text: string, size: number): number[] {
  let seed = 0;
  for (let index = 0; index < text.length; index++) seed = (Math.imul(seed, 31) + text.charCodeAt(index)) | 0;
  const random = seededRandom(seed);
  const vector = Array.from({ length: size }, () => random() - 0.5);
  const norm = Math.hypot(...vector) || 1;
  return vector.map((value) => value / norm);
}
