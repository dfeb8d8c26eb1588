/** The only importer of `@pydantic/genai-prices`: its price list behind our own {@link PriceTable}. */
import type { ModelInfo, ModelPrice, Provider } from '@pydantic/genai-prices';
import type { Price, PriceHours, PriceTier } from '../domain/price.js';
import { isSameModel, type ModelName, nearestRelative, parseModelName, withoutDate } from '../domain/price-match.js';
import type { ListedPrice, PriceTable } from '../domain/price-table.js';

type PriceList = Pick<typeof import('@pydantic/genai-prices'), 'calcPrice' | 'findProvider'>;
type MutablePrice = { -readonly [Name in keyof Price]: Price[Name] };

/** OpenAI, whose names (`text-embedding-3-small`) are everybody's, and sellers of other people's models; asked in this order when neither the endpoint nor the maker lists a model. */
const RESELLERS = ['openai', 'openrouter', 'novita', 'together', 'fireworks', 'groq'];

/** Their unit keys, our rates, and the factor between them. */
const RATE_KEYS: readonly (readonly [
  key: string,
  rate: Exclude<keyof Price, 'tiers' | 'hours' | 'from' | 'currency'>,
  factor: number,
])[] = [
  ['input_mtok', 'inputPerMillion', 1],
  ['cache_read_mtok', 'cachedInputPerMillion', 1],
  ['cache_write_mtok', 'cacheWritePerMillion', 1],
  ['cache_write_1h_mtok', 'cacheWrite1hPerMillion', 1],
  ['output_mtok', 'outputPerMillion', 1],
  ['input_audio_mtok', 'audioInputPerMillion', 1],
  ['output_audio_mtok', 'audioOutputPerMillion', 1],
  ['input_image_mtok', 'imageInputPerMillion', 1],
  ['output_image_mtok', 'imageOutputPerMillion', 1],
  ['input_audio_hours', 'perMinute', 1 / 60],
  ['audio_hours', 'perMinute', 1 / 60],
  ['requests_kcount', 'perRequest', 1 / 1000],
];

/** Loads the list (about a tenth of a second, once); later calls share it. */
export function loadPriceTable(): Promise<PriceTable> {
  loading ??= import('@pydantic/genai-prices').then((list) => priceTableOf(list));
  return loading;
}

let loading: Promise<PriceTable> | undefined;

/** The table over a loaded list. */
function priceTableOf(list: PriceList): PriceTable {
  /** The entry of a seller for the first spelling it knows. Its matcher throws on entries it cannot make sense of. */
  const entry = (providerId: string, spellings: readonly string[]): ListedPrice | undefined => {
    for (const spelling of spellings) {
      try {
        const found = list.calcPrice({}, spelling, { providerId });
        if (found !== null)
          return listed(
            found.provider,
            found.model,
            !isSameModel(parseModelName(spelling).id, parseModelName(found.model.id).id),
          );
      } catch {}
    }
    return undefined;
  };

  return {
    find(model, baseURL) {
      const name = parseModelName(model);
      const seller = baseURL === undefined ? undefined : list.findProvider({ providerApiUrl: baseURL });
      const maker =
        (name.vendor && list.findProvider({ providerId: name.vendor })) || list.findProvider({ modelId: name.id });
      if (seller?.id === 'openrouter' && name.variant === 'free') return FREE;
      const own = seller && (entry(seller.id, spellings(model, name)) ?? resold(seller, name));
      if (own) return own;
      const foreign = seller !== undefined || name.vendor !== undefined;
      const made = maker && maker.id !== seller?.id ? entry(maker.id, spellings(model, name)) : undefined;
      if (made) return foreign ? { ...made, estimated: true } : made;
      const sellers = RESELLERS.map((id) => list.findProvider({ providerId: id })).filter(
        (provider) => provider !== undefined,
      );
      for (const provider of sellers) {
        const found = entry(provider.id, spellings(model, name)) ?? resold(provider, name);
        if (found) return { ...found, estimated: true };
      }
      for (const provider of [seller, maker, ...sellers]) {
        const relative = provider && nearestRelative(name.id, ownNames(provider));
        if (relative) return listed(provider, relative.entry, true);
      }
      return undefined;
    },
  };
}

const FREE: ListedPrice = {
  prices: [{ inputPerMillion: 0, outputPerMillion: 0 }],
  version: 'genai-prices/openrouter:free',
  estimated: false,
};

function spellings(model: string, { id, vendor }: ModelName): readonly string[] {
  const undated = withoutDate(id);
  return [...new Set([model, ...(vendor === undefined ? [] : [`${vendor}/${id}`]), id, undated])];
}

/** Routers list models as `vendor/model`: an entry that ends in the name is the same model. */
function resold(provider: Provider, { id }: ModelName): ListedPrice | undefined {
  const undated = withoutDate(id);
  const found =
    provider.models.find((model) => model.id.toLowerCase().endsWith(`/${id}`)) ??
    provider.models.find((model) => model.id.toLowerCase().endsWith(`/${undated}`));
  return found && listed(provider, found, false);
}

/** A seller's entries under their bare names; variants with conditions of their own (`:free`, `:batch`) are nobody's relative. */
function ownNames(provider: Provider): readonly { readonly id: string; readonly entry: ModelInfo }[] {
  return provider.models
    .map((entry) => ({ id: parseModelName(entry.id).id, variant: parseModelName(entry.id).variant, entry }))
    .filter((candidate) => candidate.variant === undefined && listed(provider, candidate.entry, true) !== undefined);
}

function listed(provider: Provider, model: ModelInfo, estimated: boolean): ListedPrice | undefined {
  const conditional = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
  const prices = conditional.map(({ prices: rates, constraint }) => {
    const price = priceOf(rates);
    if (constraint?.type === 'start_date') price.from = constraint.start_date;
    if (constraint?.type === 'time_of_date') price.hours = hoursOf(constraint.start_time, constraint.end_time);
    if (provider.id === 'groq' && price.perMinute !== undefined) price.minimumSeconds = 10;
    return price;
  });
  // An entry without rates says "we do not know", not "free".
  if (!prices.some((price) => Object.keys(price).length > 0)) return undefined;
  return { prices, version: `genai-prices/${provider.id}:${model.id}#${fingerprint(model.prices)}`, estimated };
}

function priceOf(rates: ModelPrice): MutablePrice {
  const price: MutablePrice = {};
  const tiers = new Map<number, Record<string, number>>();
  for (const [key, rate, factor] of RATE_KEYS) {
    const value = rates[key];
    if (value === undefined || price[rate] !== undefined) continue;
    if (typeof value === 'number') {
      price[rate] = value * factor;
      continue;
    }
    price[rate] = value.base * factor;
    // Their tier holds above `start`, ours from a count on.
    for (const tier of value.tiers)
      tiers.set(tier.start + 1, { ...tiers.get(tier.start + 1), [rate]: tier.price * factor });
  }
  if (tiers.size > 0)
    price.tiers = [...tiers].map(([fromInputTokens, tier]): PriceTier => ({ fromInputTokens, ...tier }));
  return price;
}

function hoursOf(start: string, end: string): PriceHours {
  return { start: start.replace(/Z$/, ''), end: end.replace(/Z$/, '') };
}

/** Eight hex digits that change when an entry changes (FNV-1a), so that a record tells which price it was made with. */
function fingerprint(value: unknown): string {
  let hash = 0x811c9dc5;
  for (const character of JSON.stringify(value))
    hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
