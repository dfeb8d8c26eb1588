import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CoolDownEvent,
  coolAfter,
  coolDownSucceeded,
  createCoolDown,
  isCooling,
} from '../../src/domain/cool-down.js';
import type { FailureKind } from '../../src/domain/outcome.js';

const event = (kind: FailureKind, callId = 'a', more: Partial<CoolDownEvent> = {}): CoolDownEvent => ({
  kind,
  callId,
  ...more,
});

describe('a cool-down', () => {
  it('does not rest at first, rests until its time and not a moment longer', () => {
    const coolDown = createCoolDown();
    expect(isCooling(coolDown, -1e9)).toBe(false);
    expect(coolAfter(coolDown, event('unauthorized'), 1000, 0.5)).toBe(60_000);
    expect(isCooling(coolDown, 60_999)).toBe(true);
    expect(isCooling(coolDown, 61_000)).toBe(false);
    expect(coolDown.kind).toBe('unauthorized');
  });

  it('keeps the longer time whichever comes first', () => {
    const long = event('rate_limited', 'a', { retryAfterMs: 30_000 });
    const short = event('overloaded', 'b', { retryAfterMs: 2000 });
    for (const [first, second] of [[long, short] as const, [short, long] as const]) {
      const coolDown = createCoolDown();
      coolAfter(coolDown, first, 0, 0.5);
      coolAfter(coolDown, second, 10, 0.5);
      expect(coolDown.until).toBe(first === long ? 30_000 : 30_010);
      expect(coolDown.kind).toBe('rate_limited');
    }
  });

  it('doubles own pauses that follow each other, but not for calls that were under way', () => {
    const coolDown = createCoolDown();
    expect(coolAfter(coolDown, event('rate_limited'), 0, 0.5)).toBe(1000);
    for (const callId of ['b', 'c', 'd'])
      expect(coolAfter(coolDown, event('rate_limited', callId), 500, 0.5)).toBe(1000);
    expect(coolDown.until).toBe(1500);
    expect(coolAfter(coolDown, event('rate_limited', 'e'), 1500, 0.5)).toBe(2000);
    expect(coolAfter(coolDown, event('rate_limited', 'f'), 1600, 0.5)).toBe(2000);
    expect(coolAfter(coolDown, event('rate_limited', 'g'), 3600, 0.5)).toBe(4000);
  });

  it('starts small again after a success, which does not end a rest', () => {
    const coolDown = createCoolDown();
    coolAfter(coolDown, event('rate_limited'), 0, 0.5);
    coolAfter(coolDown, event('rate_limited'), 1000, 0.5);
    coolDownSucceeded(coolDown);
    expect(isCooling(coolDown, 2999)).toBe(true);
    expect(coolAfter(coolDown, event('rate_limited'), 3000, 0.5)).toBe(1000);
  });

  it('does not let fixed pauses lengthen the doubling ones', () => {
    const coolDown = createCoolDown();
    coolAfter(coolDown, event('unauthorized'), 0, 0.5);
    expect(coolAfter(coolDown, event('rate_limited'), 60_000, 0.5)).toBe(1000);
  });

  it.each<FailureKind>(['forbidden', 'model_missing', 'unsupported'])('wants two calls to agree on %s', (kind) => {
    const coolDown = createCoolDown();
    for (let i = 0; i < 3; i++) expect(coolAfter(coolDown, event(kind, 'a'), i, 0.5)).toBe(0);
    expect(isCooling(coolDown, 3)).toBe(false);
    expect(coolAfter(coolDown, event(kind, 'b'), 3, 0.5)).toBe(60_000);
    expect(isCooling(coolDown, 4)).toBe(true);
    expect(coolAfter(coolDown, event(kind, 'c'), 60_003, 0.5)).toBe(0);
    expect(isCooling(coolDown, 60_004)).toBe(false);
  });

  it('forgets a lone witness after a success', () => {
    const coolDown = createCoolDown();
    coolAfter(coolDown, event('forbidden', 'a'), 0, 0.5);
    coolDownSucceeded(coolDown);
    expect(coolAfter(coolDown, event('forbidden', 'b'), 1, 0.5)).toBe(0);
    expect(coolAfter(coolDown, event('forbidden', 'a'), 2, 0.5)).toBe(60_000);
  });

  it.each<FailureKind>(['server_error', 'timeout', 'invalid_request', 'cancelled', 'context_too_long'])(
    'is not for %s',
    (kind) => {
      const coolDown = createCoolDown();
      expect(coolAfter(coolDown, event(kind, 'a', { retryAfterMs: 9000 }), 0, 0.5)).toBe(0);
      expect(coolDown).toEqual(createCoolDown());
    },
  );

  it('is not for the fault of one request, which is no witness either', () => {
    const coolDown = createCoolDown();
    coolAfter(coolDown, event('rate_limited', 'a', { scope: 'request', retryAfterMs: 9000 }), 0, 0.5);
    coolAfter(coolDown, event('model_missing', 'b', { scope: 'request' }), 0, 0.5);
    coolAfter(coolDown, event('model_missing', 'c', { scope: 'request' }), 0, 0.5);
    expect(coolDown).toEqual(createCoolDown());
  });

  it('never ends earlier by a further failure and never rests longer than an hour from the last', () => {
    const failures = fc.record({
      kind: fc.constantFrom<FailureKind>('rate_limited', 'overloaded', 'quota_exhausted', 'unauthorized', 'forbidden'),
      callId: fc.constantFrom('a', 'b', 'c'),
      retryAfterMs: fc.option(fc.nat({ max: 1e8 }), { nil: undefined }),
      after: fc.nat({ max: 100_000 }),
      random: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(failures, { maxLength: 40 }), (steps) => {
        const coolDown = createCoolDown();
        let now = 0;
        for (const { after, random, ...failure } of steps) {
          now += after;
          const before = coolDown.until;
          coolAfter(coolDown, failure, now, random);
          expect(coolDown.until).toBeGreaterThanOrEqual(before);
          expect(coolDown.until).toBeLessThanOrEqual(now + 3_600_000);
        }
      }),
      { seed: 21 },
    );
  });
});
