import type { MockRequest, ScriptedAnswer } from 'llm-gateway-client/testing';

/** Text that stands before the number of a call in its prompt. */
const SIGN = 'marker#';

/** The prompt of call `n`. */
export function promptOf(n: number): string {
  return `${SIGN}${n}#`;
}

/** Which call a request belongs to. */
export function numberOf(text: string): number {
  const from = text.indexOf(SIGN) + SIGN.length;
  return Number(text.slice(from, text.indexOf('#', from)));
}

/** The pieces of the one right answer to call `n`: numbered, so that a lost or doubled one shows. */
function piecesFor(n: number, count = 6): string[] {
  return Array.from({ length: count }, (_, index) => `[${n}.${index}:${checksum(n, index)}]`);
}

/** The one right answer to call `n`. */
export function textFor(n: number, count = 6): string {
  return piecesFor(n, count).join('');
}

function checksum(n: number, index: number): string {
  return (Math.imul(n + 1, 2_654_435_761) ^ Math.imul(index + 7, 40_503)).toString(36);
}

/** The scripted answer to a request. */
export function answerTo(request: MockRequest): ScriptedAnswer {
  return { pieces: piecesFor(numberOf(new TextDecoder().decode(request.bytes))) };
}
