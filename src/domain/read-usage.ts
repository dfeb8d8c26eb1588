import { type CostPlace, readReportedCost } from './price-reported.js';
import type { Usage } from './usage.js';

type Fields = Readonly<Record<string, unknown>>;
type Draft = { -readonly [Name in keyof Usage]: Usage[Name] };

/** No single attempt consumes more; a larger figure is a unit error on the provider's side and is ignored. */
const MAX_COUNT = 1e12;

/**
 * Reads what an attempt consumed from a parsed reply body or from one parsed stream event; `undefined` when it says nothing
 * usable. Knows the shapes of OpenAI (chat, completions, responses, embeddings, images, audio), DeepSeek and SiliconFlow
 * (`prompt_cache_hit_tokens`), Moonshot (usage inside a stream's choice), Anthropic behind its OpenAI door (`cached_tokens`
 * and `cache_*_input_tokens` at top level), OpenRouter (`cache_write_tokens`), Groq (`x_groq`), xAI and Gemini (reasoning
 * counted beside the completion). Nonsense is dropped: negative or non-finite counts, parts larger than their whole.
 *
 * In a stream call it for each event and keep {@link laterUsage}: figures are cumulative, so the last value wins.
 * @param operation The kind of call, e.g. `chat`, `images`, `transcriptions`.
 * @param costPlace Where this endpoint's replies state their cost, unless in a place that is known.
 */
export function readUsage(operation: string, body: unknown, costPlace?: CostPlace): Usage | undefined {
  const root = fields(body);
  if (root === undefined) return undefined;
  const reply = fields(root['response']) ?? root;
  const usage =
    fields(reply['usage']) ??
    fields(fields(root['x_groq'])?.['usage']) ??
    choiceUsage(root) ??
    (operation === 'rerank' ? fields(fields(root['meta'])?.['tokens']) : undefined);
  const draft: Draft = { source: 'reported' };
  if (usage !== undefined) readTokens(usage, modelOf(reply), draft);
  if (operation === 'images') readImages(reply, draft);
  if (operation === 'transcriptions' || operation === 'translations') readDuration(reply, usage, draft);
  if (usage !== undefined || costPlace !== undefined) {
    const cost = readReportedCost(body, costPlace);
    if (cost !== undefined) draft.reportedCost = cost;
  }
  return hasFigures(draft) ? draft : undefined;
}

/** The later of two readings of one attempt, field by field: a later event that omits a field does not erase it. */
export function laterUsage(earlier: Usage | undefined, later: Usage | undefined): Usage | undefined {
  if (earlier === undefined || later === undefined) return later ?? earlier;
  return { ...earlier, ...later };
}

function readTokens(usage: Fields, model: string, draft: Draft): void {
  const inputDetails =
    fields(usage['prompt_tokens_details']) ??
    fields(usage['input_tokens_details']) ??
    fields(usage['input_token_details']) ??
    {};
  const outputDetails =
    fields(usage['completion_tokens_details']) ??
    fields(usage['output_tokens_details']) ??
    fields(usage['output_token_details']) ??
    {};
  const total = count(usage['total_tokens']);
  let input = count(usage['prompt_tokens']) ?? count(usage['input_tokens']);
  let output = count(usage['completion_tokens']) ?? count(usage['output_tokens']);
  if (output === undefined && input !== undefined && total !== undefined && total > input) output = total - input;
  // Nobody can send an empty prompt: zeros on both sides are a relay's placeholder for "not measured".
  if ((input ?? 0) === 0 && (output ?? 0) === 0) {
    if ((total ?? 0) === 0) return;
    input = total;
    output = undefined;
  }
  const native = usage['prompt_tokens'] === undefined && usage['cache_read_input_tokens'] !== undefined;
  const cached =
    count(inputDetails['cached_tokens']) ??
    count(usage['prompt_cache_hit_tokens']) ??
    count(usage['cached_tokens']) ??
    count(usage['cache_read_input_tokens']);
  const written =
    count(inputDetails['cache_write_tokens']) ??
    count(inputDetails['cache_creation_tokens']) ??
    count(usage['cache_creation_input_tokens']);
  const writtenForAnHour = count(fields(usage['cache_creation'])?.['ephemeral_1h_input_tokens']);
  // Anthropic's own shape counts cached parts beside the input, everybody else inside it.
  if (native && input !== undefined) input += (cached ?? 0) + (written ?? 0);
  let reasoning = count(outputDetails['reasoning_tokens']) ?? count(usage['reasoning_tokens']);
  if (output !== undefined) {
    const hidden = hiddenOutput(input ?? 0, output, reasoning, total, model);
    if (hidden > 0) {
      output += hidden;
      reasoning ??= hidden;
    }
  }
  if (input !== undefined) draft.inputTokens = input;
  part(draft, 'cachedInputTokens', cached, input);
  part(draft, 'cacheWriteTokens', written, input === undefined ? undefined : input - (draft.cachedInputTokens ?? 0));
  part(draft, 'cacheWrite1hTokens', writtenForAnHour, draft.cacheWriteTokens);
  part(draft, 'audioInputTokens', count(inputDetails['audio_tokens']), input);
  part(draft, 'imageInputTokens', count(inputDetails['image_tokens']), input);
  if (output !== undefined) draft.outputTokens = output;
  part(draft, 'reasoningTokens', reasoning, output);
  part(draft, 'audioOutputTokens', count(outputDetails['audio_tokens']), output);
  part(draft, 'imageOutputTokens', count(outputDetails['image_tokens']), output);
  if (input !== undefined || output !== undefined)
    draft.totalTokens = Math.max(total ?? 0, (input ?? 0) + (output ?? 0));
}

/**
 * Billed output that `completion_tokens` leaves out. xAI counts reasoning beside the completion, which shows in the total
 * (or in a reasoning count larger than the completion); Gemini's OpenAI door leaves thinking out of the completion and
 * shows it in the total only. Others' totals are not trusted to that degree.
 */
function hiddenOutput(
  input: number,
  output: number,
  reasoning: number | undefined,
  total: number | undefined,
  model: string,
): number {
  const missing = total === undefined ? 0 : total - input - output;
  if (reasoning !== undefined && reasoning > 0) return missing === reasoning || reasoning > output ? reasoning : 0;
  return missing > 0 && /(^|\/)gemini/i.test(model) ? missing : 0;
}

function readImages(reply: Fields, draft: Draft): void {
  const pictures = Array.isArray(reply['data']) ? reply['data'] : reply['images'];
  if (Array.isArray(pictures) && pictures.length > 0) draft.imageCount = pictures.length;
}

function readDuration(reply: Fields, usage: Fields | undefined, draft: Draft): void {
  const seconds = amount(usage?.['seconds']) ?? amount(usage?.['prompt_audio_seconds']) ?? amount(reply['duration']);
  if (seconds !== undefined && seconds > 0) draft.audioSeconds = seconds;
}

/** Moonshot puts a stream's usage into the last choice instead of the chunk. */
function choiceUsage(root: Fields): Fields | undefined {
  const choices = root['choices'];
  return Array.isArray(choices) ? fields(fields(choices[0])?.['usage']) : undefined;
}

function part(
  draft: Draft,
  name: Exclude<keyof Usage, 'source' | 'reportedCost'>,
  value: number | undefined,
  whole: number | undefined,
): void {
  if (value !== undefined && value > 0) draft[name] = whole === undefined ? value : Math.min(value, Math.max(whole, 0));
}

function hasFigures(draft: Draft): boolean {
  return Object.keys(draft).length > 1;
}

function modelOf(reply: Fields): string {
  return typeof reply['model'] === 'string' ? reply['model'] : '';
}

function fields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** A whole, non-negative number; some relays send digits as text. */
function count(value: unknown): number | undefined {
  const number = amount(value);
  return number === undefined ? undefined : Math.floor(number);
}

function amount(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && number >= 0 && number <= MAX_COUNT ? number : undefined;
}
