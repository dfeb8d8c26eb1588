import { describe, expect, it } from 'vitest';
import { circuitEffect, coolDownMs, type Disposition, disposition } from '../../src/domain/disposition.js';
import type { FailureKind } from '../../src/domain/outcome.js';

type Row = [FailureKind, Pick<Disposition, 'sameTarget' | 'nextTarget' | 'circuit' | 'loud'>, coolDown: string];

const row = (answers: string, circuit: Disposition['circuit'], loud = false) => ({
  sameTarget: answers.includes('same'),
  nextTarget: answers.includes('next'),
  circuit,
  loud,
});

/** Cool-downs as `reach first-ms calls`, with `+` where they double. */
const TABLE: Row[] = [
  ['rate_limited', row('same next', 'pacing'), 'target 1000+ 1'],
  ['overloaded', row('same next', 'pacing'), 'target 1000+ 1'],
  ['quota_exhausted', row('next', 'neutral', true), 'endpoint 300000 1'],
  ['server_error', row('same next', 'failure'), ''],
  ['unsupported', row('next', 'neutral', true), 'target 60000 2'],
  ['unreachable', row('same next', 'failure'), ''],
  ['timeout', row('same next', 'failure'), ''],
  ['unauthorized', row('next', 'neutral', true), 'endpoint 60000 1'],
  ['forbidden', row('next', 'neutral', true), 'target 60000 2'],
  ['model_missing', row('next', 'neutral', true), 'target 60000 2'],
  ['context_too_long', row('', 'neutral'), ''],
  ['content_filtered', row('', 'neutral'), ''],
  ['invalid_request', row('', 'neutral'), ''],
  ['invalid_response', row('same next', 'failure'), ''],
  ['redirected', row('next', 'failure', true), ''],
  ['credentials', row('next', 'failure', true), ''],
  ['cancelled', row('', 'neutral'), ''],
  ['refused', row('', 'neutral'), ''],
  ['unavailable', row('next', 'neutral'), ''],
  ['unclassified', row('', 'neutral'), ''],
];

/** The compiler refuses this file when a kind is missing from the list. */
const EVERY_KIND: Record<FailureKind, true> = {
  rate_limited: true,
  overloaded: true,
  quota_exhausted: true,
  server_error: true,
  unsupported: true,
  unreachable: true,
  timeout: true,
  unauthorized: true,
  forbidden: true,
  model_missing: true,
  context_too_long: true,
  content_filtered: true,
  invalid_request: true,
  invalid_response: true,
  redirected: true,
  credentials: true,
  cancelled: true,
  refused: true,
  unavailable: true,
  unclassified: true,
};

describe('disposition', () => {
  it.each(TABLE)('of %s', (kind, answers, coolDown) => {
    const found = disposition(kind);
    expect(found).toMatchObject(answers);
    const rule = found.coolDown;
    const text = rule === undefined ? '' : `${rule.reach} ${rule.ms}${rule.doubles ? '+' : ''} ${rule.afterCalls}`;
    expect(text).toBe(coolDown);
    expect(found.largerWindow).toBe(kind === 'context_too_long');
    expect(found.remark.length).toBeGreaterThan(20);
  });

  it('has a row in this test for every kind', () => {
    expect(TABLE.map(([kind]) => kind).sort()).toEqual(Object.keys(EVERY_KIND).sort());
  });
});

describe('circuitEffect', () => {
  it('is that of the kind, unless only the request was at fault', () => {
    for (const [kind, { circuit }] of TABLE) {
      expect(circuitEffect(kind, undefined)).toBe(circuit);
      expect(circuitEffect(kind, 'target')).toBe(circuit);
      expect(circuitEffect(kind, 'endpoint')).toBe(circuit);
      expect(circuitEffect(kind, 'request')).toBe('neutral');
    }
  });
});

describe('coolDownMs', () => {
  const facts = { streak: 0, random: 0.5 };

  it('follows the wish of a provider that paces, up to one hour', () => {
    expect(coolDownMs('rate_limited', { ...facts, retryAfterMs: 50 })).toBe(50);
    expect(coolDownMs('rate_limited', { ...facts, retryAfterMs: 0 })).toBe(0);
    expect(coolDownMs('overloaded', { ...facts, retryAfterMs: 3_600_000 })).toBe(3_600_000);
    expect(coolDownMs('overloaded', { ...facts, retryAfterMs: 86_400_000 })).toBe(3_600_000);
  });

  it('doubles its own pauses up to one minute, give or take a tenth', () => {
    const own = (streak: number, random = 0.5) => coolDownMs('rate_limited', { streak, random });
    expect([0, 1, 2, 3, 6, 60].map((streak) => own(streak))).toEqual([1000, 2000, 4000, 8000, 60_000, 60_000]);
    expect(own(0, 0)).toBe(900);
    expect(own(0, 1)).toBe(1100);
  });

  it('keeps the fixed times of the others, unless the provider wants more', () => {
    expect(coolDownMs('quota_exhausted', { streak: 9, random: 0 })).toBe(300_000);
    expect(coolDownMs('quota_exhausted', { ...facts, retryAfterMs: 1000 })).toBe(300_000);
    expect(coolDownMs('quota_exhausted', { ...facts, retryAfterMs: 400_000 })).toBe(400_000);
    expect(coolDownMs('unauthorized', { ...facts, retryAfterMs: 86_400_000 })).toBe(3_600_000);
    expect(coolDownMs('forbidden', facts)).toBe(60_000);
  });

  it('cools nothing down for the fault of one request, nor for kinds without a rule', () => {
    expect(coolDownMs('rate_limited', { ...facts, scope: 'request', retryAfterMs: 5000 })).toBe(0);
    expect(coolDownMs('rate_limited', { ...facts, scope: 'target', retryAfterMs: 5000 })).toBe(5000);
    expect(coolDownMs('server_error', { ...facts, retryAfterMs: 5000 })).toBe(0);
  });
});
