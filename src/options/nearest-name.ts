/** Longest name that is compared; the cost grows with the square of it. */
const MAX_LENGTH = 64;

/** Words of other libraries for the same thing, written without case and separators. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['rpm', 'requestsPerMinute'],
  ['tpm', 'tokensPerMinute'],
  ['rpd', 'requestsPerDay'],
  ['tpd', 'tokensPerDay'],
  ['url', 'baseURL'],
  ['apibase', 'baseURL'],
  ['key', 'apiKey'],
  ['token', 'apiKey'],
  ['aliases', 'models'],
  ['providers', 'endpoints'],
  ['maxattempts', 'maxRetries'],
  ['retries', 'maxRetries'],
  ['priority', 'tier'],
  ['timeoutms', 'timeout'],
  ['deadline', 'deadlineMs'],
  ['metadata', 'tags'],
  ['breaker', 'circuit'],
  ['circuitbreaker', 'circuit'],
  ['allowh2', 'http2'],
  ['h2', 'http2'],
  ['maxsockets', 'maxConnections'],
  ['connecttimeout', 'connectTimeoutMs'],
]);

/**
 * The candidate that was most probably meant, or `undefined` when none is close: equal but for case and separators, a known
 * synonym, a few typing errors away, or containing the same word.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length === 0 || name.length > MAX_LENGTH) return undefined;
  const wanted = plain(name);
  const synonym = SYNONYMS.get(wanted);
  let nearest: string | undefined;
  let least = Math.ceil(wanted.length / 3) + 1;
  let longest = 0;
  let containing: string | undefined;
  for (const candidate of candidates) {
    if (candidate === synonym) return candidate;
    const other = plain(candidate);
    const distance = editDistance(wanted, other);
    const prefix = commonPrefix(wanted, other);
    if (distance < least || (distance === least && nearest !== undefined && prefix > longest)) {
      least = distance;
      longest = prefix;
      nearest = candidate;
    }
    const stem = other.replace(/s$/, '');
    if (stem.length >= 4 && wanted.length >= 4 && (wanted.includes(stem) || other.includes(wanted)))
      containing ??= candidate;
  }
  return nearest ?? containing;
}

/** What to say about an option that does not exist. */
export function unknownOption(name: string, known: Iterable<string>): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? 'there is no such option' : `there is no such option; did you mean \`${nearest}\`?`;
}

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

/** Name without case and separators, so that `base_url`, `baseUrl` and `baseURL` are one. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ .]/g, '');
}

/**
 * Edits between two words, where swapping two neighbours is one edit (optimal string alignment distance: Damerau 1964,
 * Levenshtein 1966). Longer words than 64 characters are as far apart as can be.
 */
export function editDistance(a: string, b: string): number {
  if (a.length > MAX_LENGTH || b.length > MAX_LENGTH) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(at(previous, j) + 1, at(current, j - 1) + 1, at(previous, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, at(before, j - 2) + 1);
      current.push(best);
    }
    before = previous;
    previous = current;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
