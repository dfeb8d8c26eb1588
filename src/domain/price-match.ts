/** How model names are compared: patterns of the user, spellings of resellers, relatives of a model without a price. */

/**
 * Whether `text` matches a pattern in which `*` stands for any run of characters; case is ignored. Linear in the length of
 * the text for each star, so that no pattern can stall the process.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const parts = pattern.toLowerCase().split('*');
  const subject = text.toLowerCase();
  const first = parts[0] as string;
  if (parts.length === 1) return subject === first;
  const last = parts[parts.length - 1] as string;
  if (!subject.startsWith(first) || subject.length < first.length + last.length || !subject.endsWith(last))
    return false;
  let position = first.length;
  const end = subject.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = subject.indexOf(part, position);
    if (found === -1 || found + part.length > end) return false;
    position = found + part.length;
  }
  return true;
}

/** A model's name taken apart. */
export interface ModelName {
  /** Without vendor, pool and variant, in lower case: `deepseek-v3.2` of `Pro/deepseek-ai/DeepSeek-V3.2`. */
  readonly id: string;
  /** What stood before the name, e.g. `deepseek-ai`; normalised to the name price lists use. */
  readonly vendor: string | undefined;
  /** A router's suffix after a colon: `free`, `nitro`, `batch`. */
  readonly variant: string | undefined;
}

/** Prefixes that name a pool or a form of the same model, not a vendor (SiliconFlow's pools, Gemini's and fireworks' resource names). */
const POOLS = new Set(['pro', 'lora', 'models', 'accounts', 'fireworks', 'workers', '@cf', '~']);

/** Vendor names on model hubs and routers, and the name of the same vendor in price lists. */
const VENDORS: ReadonlyMap<string, string> = new Map([
  ['deepseek-ai', 'deepseek'],
  ['zai-org', 'zhipuai'],
  ['z-ai', 'zhipuai'],
  ['zai', 'zhipuai'],
  ['thudm', 'zhipuai'],
  ['moonshot', 'moonshotai'],
  ['xai', 'x-ai'],
  ['x-ai', 'x-ai'],
  ['mistralai', 'mistral'],
  ['minimaxai', 'minimax'],
  ['gemini', 'google'],
  ['google-ai-studio', 'google'],
]);

/** Takes a model's name apart as resellers and hubs write it. */
export function parseModelName(model: string): ModelName {
  const trimmed = model.trim().toLowerCase().replace(/^~/, '');
  const colon = trimmed.lastIndexOf(':');
  // Fine-tunes (`ft:gpt-4o:org::id`) and Bedrock versions (`...-v1:0`) use colons for other things than variants.
  const hasVariant = colon > 0 && !trimmed.startsWith('ft:') && /^[a-z]+$/.test(trimmed.slice(colon + 1));
  const segments = (hasVariant ? trimmed.slice(0, colon) : trimmed).split('/').filter((segment) => !POOLS.has(segment));
  const id = segments.pop() ?? trimmed;
  const vendor = segments.pop();
  return {
    id,
    vendor: vendor === undefined ? undefined : (VENDORS.get(vendor) ?? vendor),
    variant: hasVariant ? trimmed.slice(colon + 1) : undefined,
  };
}

/** A name without its release date: `gpt-5.5` of `gpt-5.5-2026-04-01`, `glm-5.1` of `glm-5.1-20260406`. */
export function withoutDate(id: string): string {
  return id.replace(/[-@](20\d{2}-\d{2}-\d{2}|20\d{6}|\d{4}(?=$))$/, '');
}

/** A name's family and version: `gpt-5.5-mini` is `gpt-#-mini` at 5.5, `claude-opus-5-5` is `claude-opus-#` at 5.5. */
export interface ModelFamily {
  readonly family: string;
  readonly version: number;
}

/** The family of a name, or `undefined` when it carries no version by which a relative could be found. */
function familyOf(id: string): ModelFamily | undefined {
  const name = withoutDate(id);
  const match = /(\d+)(?:(?:\.(\d+))|-(\d)(?=$|[-:]))?(?![a-z\d.])/.exec(name);
  if (match === null) return undefined;
  // A number that large is a size, a date or a context length, not a version.
  if (Number(match[1]) >= 100) return undefined;
  const minor = match[2] ?? match[3];
  return {
    family: `${name.slice(0, match.index)}#${name.slice(match.index + match[0].length)}`,
    version: Number(match[1]) + (minor === undefined ? 0 : Number(minor) / 10 ** minor.length),
  };
}

/** Words that make another model of a name, at another price. */
const SIZES = new Set(
  'pro mini nano lite flash air plus max turbo fast codex chat thinking code highspeed prime'.split(' '),
);

/**
 * Whether a list's entry is the model itself. Lists match by prefix, and so take `claude-sonnet-5-5` for `claude-sonnet-5`:
 * another version, or a size the entry does not name, is another model.
 */
export function isSameModel(id: string, entry: string): boolean {
  const left = familyOf(id);
  const right = familyOf(entry);
  if (left !== undefined && right !== undefined && left.version !== right.version) return false;
  const words = new Set(entry.split(/[^a-z]+/));
  return !id.split(/[^a-z]+/).some((word) => SIZES.has(word) && !words.has(word));
}

/**
 * The closest relative of a model among others: the same family with the nearest version; of two equally near the newer
 * one. `undefined` when the family is not among them.
 */
export function nearestRelative<T extends { readonly id: string }>(
  id: string,
  candidates: readonly T[],
): T | undefined {
  const wanted = familyOf(id);
  if (wanted === undefined) return undefined;
  let best: { readonly item: T; readonly distance: number; readonly version: number } | undefined;
  for (const item of candidates) {
    const found = familyOf(item.id.toLowerCase());
    if (found === undefined || found.family !== wanted.family) continue;
    const distance = Math.abs(found.version - wanted.version);
    if (
      best === undefined ||
      distance < best.distance ||
      (distance === best.distance && found.version > best.version)
    ) {
      best = { item, distance, version: found.version };
    }
  }
  return best?.item;
}
