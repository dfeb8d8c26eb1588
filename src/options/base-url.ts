/** What a base URL may be. The messages never hold the URL: it can carry a password, or be a key in the wrong place. */

/** Ports that `fetch` refuses to connect to: https://fetch.spec.whatwg.org/#port-blocking. */
const BLOCKED_PORTS: ReadonlySet<number> = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

/** What a path ends in when the address of an operation was copied. */
const OPERATION = /\/(?:chat\/completions|(?<=\/v\d+\/)(?:completions|responses|embeddings))(?=\/?$)/;

/** The URL, or what is wrong with it. `unsafe`: it would not only fail, it would give something away. */
export type BaseURLCheck = { readonly url: URL } | { readonly problem: string; readonly unsafe?: boolean };

/**
 * Checks a base URL.
 * @param allowInsecureHttp Plain `http` is fine for other machines too.
 */
export function checkBaseURL(text: string, allowInsecureHttp: boolean): BaseURLCheck {
  if (text.trim() === '') return { problem: 'is empty' };
  // The parser would drop line breaks and tabs in silence.
  if (/\s/.test(text)) return { problem: 'contains a blank or a line break' };
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return { problem: 'is not a URL; it should look like https://host/v1, without quotes' };
  }
  if (url.username !== '' || url.password !== '')
    return { problem: 'must not contain a user name or a password; give the key as `apiKey`', unsafe: true };
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return { problem: 'must begin with https:// (or http:// on this machine)', unsafe: true };
  const operation = OPERATION.exec(url.pathname)?.[0];
  if (operation !== undefined) return { problem: `must end before "${operation}", which each call adds by itself` };
  if (url.hash !== '') return { problem: 'must not contain a fragment (#)' };
  if (BLOCKED_PORTS.has(Number(url.port || (url.protocol === 'https:' ? 443 : 80)))) {
    return { problem: 'names a port that fetch refuses to connect to' };
  }
  if (url.protocol === 'http:' && !allowInsecureHttp && !isLoopback(url)) {
    return {
      problem:
        'would send the key over plain http; use https, or set `allowInsecureHttp: true` for a network you trust',
      unsafe: true,
    };
  }
  return { url };
}

/** Whether a URL stays on this machine: `localhost` and its subdomains, 127.0.0.0/8, ::1. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname;
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  if (/^127\.\d+\.\d+\.\d+$/.test(host)) return true;
  // The parser writes an IPv4 address inside an IPv6 one as two groups: 127.x.y.z is 7fxx:yyzz.
  return host === '[::1]' || /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/.test(host);
}

/** Whether a URL is OpenAI's own API, its regional hosts included. */
export function isOpenAI(url: URL): boolean {
  return url.protocol === 'https:' && (url.hostname === 'api.openai.com' || url.hostname.endsWith('.api.openai.com'));
}

/** OpenAI's base URL for a data residency. */
export function residencyBaseURL(region: string): string {
  return `https://${region === 'global' ? '' : `${region}.`}api.openai.com/v1`;
}

/** Whether two base URLs lead to the same place; a slash at the end makes no difference. */
export function isSameBaseURL(one: URL, other: URL): boolean {
  const path = (url: URL): string => url.pathname.replace(/\/+$/, '');
  return one.origin === other.origin && path(one) === path(other);
}

/** A name for an endpoint from its URL: the host, and the port if it is not the usual one. `:` has a meaning in aliases. */
export function nameFromURL(url: URL): string {
  // `[::1]` is 1: names begin with a letter or digit.
  const host = url.hostname.replaceAll(/[[\]]/g, '').replaceAll(':', '-').replace(/^-+/, '');
  return url.port === '' ? host : `${host}-${url.port}`;
}
