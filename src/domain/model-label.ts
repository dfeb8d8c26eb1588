/** Longest model name that stands in events, records and log lines as it is. */
const MAX_LENGTH = 512;
const SHOWN_LENGTH = 64;

/** Whatever could begin a line of its own in a log. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** A model name for people and maps. Callers may take theirs from users: any length, any character. */
export function modelLabel(name: string): string {
  const cut = name.length > MAX_LENGTH ? `${name.slice(0, SHOWN_LENGTH)}... (${name.length} characters)` : name;
  return cut.replace(CONTROL, ' ');
}
