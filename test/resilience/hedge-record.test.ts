import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../src/domain/call.js';
import { DEFAULT_CIRCUIT } from '../../src/domain/circuit-settings.js';
import { createEmitter } from '../../src/emitter.js';
import { Health } from '../../src/state/health.js';
import { manualClock } from '../../src/testing.js';

const TARGET = { key: 'a', endpoint: 'a', model: 'm', tier: 1, weight: 1 } as Attempt['target'];

async function samplesAfter(signal: AbortSignal | undefined): Promise<number> {
  const clock = manualClock();
  const emitter = createEmitter({}, () => {});
  const health = new Health({ clock, emitter, circuit: DEFAULT_CIRCUIT, quota: false, whenAllOpen: 'try' });
  const attempt = { target: TARGET, call: { signal }, startedAt: 0, asSuspect: false, forced: false } as Attempt;
  const permit = health.enter(attempt);
  await clock.advance(2_000);
  if (permit !== undefined)
    health.leave(attempt, permit, { ok: false, failure: { kind: 'cancelled', error: new Error('gone') } });
  return health.of(TARGET).latency.count;
}

describe('the record of how long a target takes', () => {
  it('keeps the time of an attempt that was overtaken by its hedge', async () => {
    expect(await samplesAfter(undefined)).toBe(1);
  });

  it('learns nothing from a caller who left', async () => {
    expect(await samplesAfter(AbortSignal.abort())).toBe(0);
  });
});
