/** Shorter ones are no secrets, and would be found in ordinary words. */
const MIN_KEY_LENGTH = 8;
const HIDDEN = '[key]';

/** Takes a key out of an error in which a provider has repeated it: out of its message, its stack and the body it holds. */
export function hideKey(error: unknown, key: unknown): void {
  if (typeof key !== 'string' || key.length < MIN_KEY_LENGTH || !(error instanceof Error)) return;
  const hide = (text: string) => text.replaceAll(key, HIDDEN);
  for (const name of ['message', 'stack'] as const) {
    const text = error[name];
    if (text?.includes(key))
      Object.defineProperty(error, name, { value: hide(text), configurable: true, writable: true });
  }
  const { error: body } = error as { error?: unknown };
  const json = typeof body === 'object' && body !== null ? JSON.stringify(body) : '';
  if (json.includes(key)) Object.assign(error, { error: JSON.parse(hide(json)) });
}
