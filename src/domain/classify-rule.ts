import type { ErrorBody } from './error-body.js';
import type { FailureKind } from './outcome.js';

/**
 * How far a fault reaches: `request` means that only this request is concerned (nobody else's calls should be held back for it),
 * `target` this model at this endpoint, `endpoint` everything there (key, account, network).
 */
export type FailureScope = 'request' | 'target' | 'endpoint';

/** Which limit was hit, where a provider says so. */
export type BrokenLimit =
  | 'requests'
  | 'tokens'
  | 'requestsPerDay'
  | 'tokensPerDay'
  | 'concurrency'
  | 'images'
  | 'spend';

/** What a row of the table concludes. */
export interface Verdict {
  readonly kind: FailureKind;
  readonly scope: FailureScope;
  readonly limit?: BrokenLimit;
  /** A second visit with the same request cannot end differently. */
  readonly permanent?: true;
}

/** One row. All conditions that are given must hold; within a list one hit is enough. */
export interface ClassifyRule extends Verdict {
  /** Identifiers, compared whole and in lower case. */
  readonly names?: readonly string[];
  /** Pieces of text in lower case; a list in the list means that all of its pieces are there. */
  readonly texts?: readonly (string | readonly string[])[];
  /** Not under these HTTP statuses. */
  readonly unless?: readonly number[];
  /** Only under these HTTP statuses; an error inside a success reply has none. */
  readonly only?: readonly number[];
  /** Who says it, or why the row stands where it stands. */
  readonly remark: string;
}

/** The first row that fits what the body says under this status (`undefined`: there was none, or a success). */
export function findRule(
  rules: readonly ClassifyRule[],
  body: ErrorBody,
  status: number | undefined,
): Verdict | undefined {
  return rules.find(
    ({ only, unless, names, texts }) =>
      (only === undefined || (status !== undefined && only.includes(status))) &&
      (unless === undefined || status === undefined || !unless.includes(status)) &&
      (names === undefined || names.some((name) => body.names.has(name))) &&
      (texts === undefined || texts.some((text) => says(body.text, text))),
  );
}

function says(text: string, wanted: string | readonly string[]): boolean {
  return typeof wanted === 'string' ? text.includes(wanted) : wanted.every((piece) => text.includes(piece));
}
