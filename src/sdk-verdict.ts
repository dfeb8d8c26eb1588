/** Has the SDK say what it makes of an answer that is there already. */
import { OpenAI as SDK } from 'openai';

const ANSWER = Symbol('answer');

/** A client that asks nobody: each of its requests brings its answer along. */
class Teller extends SDK {
  constructor() {
    super({
      apiKey: 'unused',
      adminAPIKey: null,
      organization: null,
      project: null,
      baseURL: 'http://localhost',
      logLevel: 'off',
      maxRetries: 0,
      // It reaches nobody, wherever it runs.
      dangerouslyAllowBrowser: true,
      fetch: (_url, init) => (init as { [ANSWER]: () => Promise<Response> })[ANSWER](),
    });
    // The SDK adds OPENAI_CUSTOM_HEADERS to every client, and one that cannot be sent would fail here.
    this._options.defaultHeaders = undefined;
  }
}

let teller: Teller | undefined;

/**
 * What the SDK would have returned or thrown for what `fetch` did: its typed errors, with the message, headers and cause that it
 * gives them.
 */
export async function sdkVerdict(answer: () => Promise<Response>): Promise<Response> {
  teller ??= new Teller();
  // The SDK spreads these options into what it hands to `fetch`.
  const fetchOptions = { [ANSWER]: answer };
  return teller.request({ method: 'get', path: '/', fetchOptions: fetchOptions as object }, 0).asResponse();
}
