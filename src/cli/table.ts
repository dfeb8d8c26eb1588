/** Columns a character takes in a terminal: two for East Asian wide ones, none for those that join to the one before. */
function widthOf(character: string): number {
  if (/\p{Mark}|\p{Cf}/u.test(character)) return 0;
  const code = character.codePointAt(0) as number;
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf && code !== 0x303f) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd);
  return wide ? 2 : 1;
}

/** Columns a text takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

/** A text cut to a number of columns, with an ellipsis where something is missing. Control characters are shown as spaces. */
export function fitTo(text: string, columns: number): string {
  const clean = text.replace(/\p{Cc}/gu, ' ');
  if (displayWidth(clean) <= columns) return clean;
  let cut = '';
  let width = 0;
  for (const character of clean) {
    if (width + widthOf(character) > columns - 1) break;
    cut += character;
    width += widthOf(character);
  }
  return `${cut}…`;
}

/** Longest name that is shown whole. */
const MAX_NAME = 40;

/** Lines of a table: the first column to the left, numbers to the right, two spaces between. */
export function tableLines(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const lines = [head, ...rows].map((row) => row.map((cell, column) => (column === 0 ? fitTo(cell, MAX_NAME) : cell)));
  const widths = head.map((_, column) => Math.max(...lines.map((line) => displayWidth(line[column] ?? ''))));
  return lines.map((line) =>
    widths
      .map((width, column) => {
        const cell = line[column] ?? '';
        const padding = ' '.repeat(width - displayWidth(cell));
        return column === 0 ? cell + padding : padding + cell;
      })
      .join('  ')
      .trimEnd(),
  );
}
