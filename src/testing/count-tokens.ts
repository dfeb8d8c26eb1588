/**
 * A plausible token count: about four characters of Latin text per token, about one per CJK character. Deterministic, close
 * enough for demonstrations and for tests of limits; no tokenizer agrees with it.
 */
export function countTokens(text: string): number {
  let latin = 0;
  let wide = 0;
  for (const character of text) {
    if (character.charCodeAt(0) < 0x2e80) latin += 1;
    else wide += 1;
  }
  return Math.ceil(latin / 4) + wide;
}
