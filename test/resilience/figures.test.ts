/** The figures of `npm run chaos -- --figures`, small. */
import { describe, expect, it } from 'vitest';
import { EARLY_STREAM_FAULTS, JSON_FAULTS, STREAM_FAULTS } from '../chaos/faults.ts';
import { abortFigures } from '../chaos/figures/aborts.ts';
import { canaryFigures } from '../chaos/figures/canary.ts';
import { credentialFigures } from '../chaos/figures/credentials.ts';
import { hedgingFigures } from '../chaos/figures/hedging.ts';
import { playMix } from '../chaos/figures/mix.ts';
import { neutralFigures } from '../chaos/figures/neutral.ts';
import { deadPrimaryFigures, outageFigures } from '../chaos/figures/outage.ts';
import { segmentationFigures } from '../chaos/figures/segmentation.ts';
import { detectionFigures } from '../chaos/figures/stalls.ts';
import type { Figure } from '../chaos/kit.ts';
import { kit } from './kit.ts';

const TIMEOUT_MS = 60_000;
const missed = (figures: readonly Figure[]) => figures.filter(({ ok }) => !ok);

/** Figures of real time belong to a quiet machine; here they only have to be of the right order. */
const counted = (figures: readonly Figure[]) => missed(figures).filter(({ name }) => !name.includes(' ms'));

describe('a mix of twelve faults', () => {
  it.each([
    ['JSON', 'json', JSON_FAULTS, 0.1, 0.995],
    ['JSON', 'json', JSON_FAULTS, 0.3, 0.97],
    ['streams that fail before content', 'stream', EARLY_STREAM_FAULTS, 0.1, 0.995],
  ] as const)('%s: hardly any call notices (%s, %#)', async (_name, kind, faults, rate, least) => {
    const tally = await playMix(kit, { kind, faults, rate, calls: 600, seed: 1, client: 'gateway' });
    expect(tally.wrong + tally.hung).toBe(0);
    expect(tally.correct / tally.calls).toBeGreaterThanOrEqual(least);
    expect(tally.attempts / tally.calls).toBeLessThan(1 + rate * 2);
  });

  it('never passes a wrong value as a right one, in streams that fail after content either', async () => {
    const tally = await playMix(kit, {
      kind: 'stream',
      faults: STREAM_FAULTS,
      rate: 0.3,
      calls: 400,
      seed: 2,
      client: 'gateway',
    });
    expect(tally.wrong + tally.hung).toBe(0);
    expect([...tally.failures.keys()].some((name) => name.startsWith('StreamInterruptedError'))).toBe(true);
  });

  it('is one that the plain SDK gets wrong, so that it shows something', async () => {
    const tally = await playMix(kit, {
      kind: 'json',
      faults: JSON_FAULTS,
      rate: 0.3,
      calls: 300,
      seed: 1,
      client: 'plain',
    });
    expect(tally.wrong).toBeGreaterThan(0);
    expect(tally.correct / tally.calls).toBeLessThan(0.9);
  });
});

describe('figures', () => {
  it.each([
    ['a total outage costs hardly more than one attempt per call', () => outageFigures(kit, { calls: 600 })],
    ['a dead primary is asked once per ejection period', () => deadPrimaryFigures(kit, { calls: 1_000, pairs: 100 })],
    ['aborts leave nothing behind', () => abortFigures(kit, { calls: 300, overSockets: 60 })],
    ['what callers do wrong moves no circuit', () => neutralFigures(kit, { calls: 200 })],
    ['stalls are noticed in time', () => detectionFigures(kit)],
    ['no key reaches another origin', () => credentialFigures(kit, { calls: 1_500 })],
    ['streams decode as with the SDK', () => segmentationFigures(kit, { streams: 250, seed: 7 })],
    ['nothing secret is said', () => canaryFigures(kit, { calls: 1 })],
  ] as const)('%s', { timeout: TIMEOUT_MS }, async (_name, measure) => {
    expect(counted(await measure())).toEqual([]);
  });

  it('hedging cuts the tail and stays in its budget', { timeout: TIMEOUT_MS }, async () => {
    const figures = await hedgingFigures(kit, { calls: 4_000, seeds: 1 });
    expect(figures.filter(({ ok, name }) => !ok && name.includes('extra'))).toEqual([]);
    const ratio = figures.find(({ name }) => name.includes('over without'))?.value;
    expect(Number(ratio)).toBeLessThan(0.6);
  });
});
