import type { Currency } from '../domain/format-money.js';

/** What a report needs of a record; a million of them pass through, so no more than that. */
export interface ReportRecord {
  readonly at: number;
  readonly final: boolean;
  readonly attempt: number;
  readonly status: string;
  readonly kind: string;
  readonly endpoint: string;
  readonly model: string;
  readonly project: string;
  readonly fallback: boolean;
  readonly durationMs: number;
  readonly firstEventMs: number | undefined;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** `undefined`: the cost is not known. */
  readonly nano: number | undefined;
  readonly currency: Currency;
  readonly source: string;
  readonly billed: boolean;
  /** Dollars per unit of the currency when the record was made, where a rate was set. */
  readonly fxRate: number | undefined;
}

/** Which records to read. */
export interface ReportRange {
  /** First instant, milliseconds since the epoch; open when absent. */
  readonly since?: number | undefined;
  /** First instant that no longer counts. */
  readonly until?: number | undefined;
  /** The tag that names a project. @default 'project' */
  readonly tag?: string | undefined;
}

/** What a file holds. */
export interface ReportSource {
  readonly count: number;
  readonly from: number;
  readonly to: number;
  /** The records, in no particular order. */
  read(): Iterable<ReportRecord>;
  /** The records whole, one JSON text each, in the order of their time. */
  lines(): Iterable<string>;
  close(): void;
}
