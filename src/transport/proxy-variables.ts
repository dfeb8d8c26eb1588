type Environment = Readonly<Record<string, string | undefined>>;

/** Whether a proxy variable of the environment is meant for this URL. What is refused is left to the built-in `fetch`. */
export function isProxied(url: URL, environment: Environment = process.env): boolean {
  const proxy =
    url.protocol === 'https:'
      ? environment['https_proxy'] || environment['HTTPS_PROXY']
      : environment['http_proxy'] || environment['HTTP_PROXY'];
  if (!proxy) return false;
  const excepted = environment['no_proxy'] || environment['NO_PROXY'];
  return !excepted || !isExcepted(url, excepted);
}

/** `NO_PROXY` as Node reads it: names separated by commas or blanks, with their subdomains, optional ports, `*` for all. */
function isExcepted(url: URL, list: string): boolean {
  const host = url.hostname.toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = entry, onlyPort] = /^(.+):(\d+)$/.exec(entry) ?? [];
      if (onlyPort !== undefined && onlyPort !== port) return false;
      const bare = name.replace(/^\*?\./, '');
      return host === bare || host.endsWith(`.${bare}`);
    });
}
