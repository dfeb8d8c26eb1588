/** Counts as the strictest provider does: everything that arrived within the last 60 s, to the millisecond. */
export class StrictProvider {
  readonly #requests: number;
  readonly #tokens: number;
  readonly #arrivals: { readonly at: number; readonly tokens: number }[] = [];
  #oldest = 0;
  #windowTokens = 0;
  accepted = 0;
  acceptedTokens = 0;
  refused = 0;

  constructor(requestsPerMinute: number, tokensPerMinute: number) {
    this.#requests = requestsPerMinute;
    this.#tokens = tokensPerMinute;
  }

  /** @returns whether the request is served (otherwise: 429). Refused requests are not counted. */
  arrive(at: number, tokens: number): boolean {
    for (let first = this.#arrivals[this.#oldest]; first !== undefined && first.at <= at - 60_000; ) {
      this.#windowTokens -= first.tokens;
      this.#oldest += 1;
      first = this.#arrivals[this.#oldest];
    }
    const within = this.#arrivals.length - this.#oldest;
    if (within + 1 > this.#requests || this.#windowTokens + tokens > this.#tokens) {
      this.refused += 1;
      return false;
    }
    this.#arrivals.push({ at, tokens });
    this.#windowTokens += tokens;
    this.accepted += 1;
    this.acceptedTokens += tokens;
    return true;
  }
}

/** The most that starts in any window of `windowMs`, and the largest sum of their weights. `starts` in order of time. */
export function fullestWindow(starts: readonly { readonly at: number; readonly weight: number }[], windowMs = 60_000) {
  let first = 0;
  let weight = 0;
  let mostStarts = 0;
  let mostWeight = 0;
  for (let last = 0; last < starts.length; last += 1) {
    const end = starts[last] as (typeof starts)[number];
    weight += end.weight;
    for (let start = starts[first]; start !== undefined && start.at <= end.at - windowMs; start = starts[first]) {
      weight -= start.weight;
      first += 1;
    }
    mostStarts = Math.max(mostStarts, last - first + 1);
    mostWeight = Math.max(mostWeight, weight);
  }
  return { starts: mostStarts, weight: mostWeight };
}
