/** The build under test. `run.ts` takes it from dist/, the tests from the sources. */
import type * as Library from 'llm-gateway-client';
import type * as Testing from 'llm-gateway-client/testing';

export type Kit = typeof Library & typeof Testing;

/** One measured number with what it has to be. */
export interface Figure {
  readonly name: string;
  readonly value: number | string;
  readonly target: string;
  readonly ok: boolean;
}

/** A figure that must not be larger. */
export function atMost(name: string, value: number, limit: number, unit = ''): Figure {
  return { name, value: show(value, unit), target: `<= ${limit}${unit}`, ok: value <= limit };
}

/** A figure that must not be smaller. */
export function atLeast(name: string, value: number, limit: number, unit = ''): Figure {
  return { name, value: show(value, unit), target: `>= ${limit}${unit}`, ok: value >= limit };
}

/** A figure for comparison that nothing depends on. */
export function beside(name: string, value: number, unit = ''): Figure {
  return { name, value: show(value, unit), target: '', ok: true };
}

function show(value: number, unit: string): string {
  return `${Math.round(value * 10_000) / 10_000}${unit}`;
}

/** Value at a share of a list, e.g. `0.99`. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
