import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  admission,
  type Circuit,
  circuitAbandoned,
  circuitAnswered,
  circuitFailed,
  circuitSucceeded,
  createCircuit,
  enterCircuit,
  forceCircuit,
  type Permit,
} from '../../src/domain/circuit.js';
import { type CircuitSettings, DEFAULT_CIRCUIT } from '../../src/domain/circuit-settings.js';
import { coolAfter } from '../../src/domain/cool-down.js';

const S = DEFAULT_CIRCUIT;

function enter(circuit: Circuit, now: number, settings: CircuitSettings = S): Permit {
  const permit = enterCircuit(circuit, now, settings);
  if (permit === undefined) throw new Error('The circuit did not admit the attempt.');
  return permit;
}

function fail(circuit: Circuit, now: number, noResponse = false, random = 0.5) {
  return circuitFailed(circuit, enter(circuit, now), noResponse, now, random, S);
}

function succeed(circuit: Circuit, now: number) {
  return circuitSucceeded(circuit, enter(circuit, now), now);
}

/** A circuit that opened at `now` and is out for five seconds. */
function opened(now = 0): Circuit {
  const circuit = createCircuit();
  for (let i = 0; i < 5; i++) fail(circuit, now);
  return circuit;
}

/** A circuit with a trial under way. */
function onTrial(now = 5000): { circuit: Circuit; trial: Permit } {
  const circuit = opened();
  return { circuit, trial: enter(circuit, now) };
}

describe('a closed circuit', () => {
  it('opens at the fifth failure in a row and says so once', () => {
    const circuit = createCircuit();
    expect([0, 1, 2, 3].map((now) => fail(circuit, now))).toEqual([undefined, undefined, undefined, undefined]);
    expect(admission(circuit, 3)).toBe('ready');
    expect(fail(circuit, 4)).toBe('opened');
    expect(circuit.phase.name).toBe('open');
  });

  it('counts anew after a success', () => {
    const circuit = createCircuit();
    for (let i = 0; i < 4; i++) fail(circuit, i);
    expect(succeed(circuit, 4)).toBeUndefined();
    for (let i = 0; i < 4; i++) fail(circuit, 5 + i);
    expect(circuit.phase.name).toBe('closed');
    expect(fail(circuit, 9)).toBe('opened');
  });

  it('stays closed when five fail in a row among many successes of the last ten seconds', () => {
    const circuit = createCircuit();
    for (let i = 0; i < 6; i++) succeed(circuit, 0);
    for (let i = 0; i < 5; i++) expect(fail(circuit, 100)).toBeUndefined();
    expect(fail(circuit, 100)).toBe('opened');
  });

  it('opens at half of twenty, mixed in any way', () => {
    const circuit = createCircuit();
    for (let i = 0; i < 9; i++) {
      fail(circuit, i);
      succeed(circuit, i);
    }
    fail(circuit, 20);
    expect(circuit.phase.name).toBe('closed');
    expect(fail(circuit, 20)).toBe('opened');
  });

  it('wants exactly as many attempts and as large a share as it is told', () => {
    const few = createCircuit();
    for (let i = 0; i < 8; i++) {
      fail(few, i);
      succeed(few, i);
    }
    fail(few, 20);
    succeed(few, 20);
    expect(fail(few, 20)).toBeUndefined();
    const rare = createCircuit();
    for (let i = 0; i < 12; i++) succeed(rare, 0);
    for (let i = 0; i < 9; i++) {
      fail(rare, 0);
      succeed(rare, 0);
    }
    expect(rare.phase.name).toBe('closed');
  });

  it('forgets what is older than ten seconds', () => {
    const circuit = createCircuit();
    for (let i = 0; i < 12; i++) succeed(circuit, 500);
    for (let i = 0; i < 6; i++) expect(fail(circuit, 500 + i)).toBeUndefined();
    expect(fail(circuit, 9999)).toBeUndefined();
    expect(fail(circuit, 10_000)).toBe('opened');
  });

  it('opens for five failures in a row however far apart they are', () => {
    const circuit = createCircuit();
    for (let i = 0; i < 4; i++) expect(fail(circuit, i * 60_000)).toBeUndefined();
    expect(fail(circuit, 240_000)).toBe('opened');
  });

  it('never moves for ten thousand neutral answers or given-up calls', () => {
    const circuit = createCircuit();
    const before = structuredClone(circuit);
    for (let i = 0; i < 10_000; i++) {
      circuitAnswered(circuit, enter(circuit, i));
      circuitAbandoned(circuit, enter(circuit, i));
    }
    expect(circuit).toEqual(before);
  });

  it('takes its numbers from the settings', () => {
    const settings = { ...S, consecutiveFailures: 2, openMs: 100, maxOpenMs: 150 };
    const circuit = createCircuit(settings);
    const failOnce = (now: number) => circuitFailed(circuit, enter(circuit, now, settings), false, now, 0.5, settings);
    expect(failOnce(0)).toBeUndefined();
    expect(failOnce(0)).toBe('opened');
    expect(admission(circuit, 0)).toEqual({ until: 100 });
    expect(failOnce(100)).toBe('opened');
    expect(admission(circuit, 100)).toEqual({ until: 250 });
  });

  it('has documented defaults', () => {
    expect(S).toEqual({
      consecutiveFailures: 5,
      failureRatio: 0.5,
      minimumAttempts: 20,
      windowMs: 10_000,
      openMs: 5000,
      maxOpenMs: 300_000,
      suspectMs: 5000,
      trialLeaseMs: 60_000,
    });
  });
});

describe('an open circuit', () => {
  it('admits nobody until its time, then one', () => {
    const circuit = opened();
    expect(admission(circuit, 4999)).toEqual({ until: 5000 });
    expect(enterCircuit(circuit, 4999, S)).toBeUndefined();
    expect(circuit.phase.name).toBe('open');
    expect(admission(circuit, 5000)).toBe('trial');
    expect(circuit.phase.name).toBe('open');
    enter(circuit, 5000);
    expect(circuit.phase.name).toBe('half-open');
    for (let i = 0; i < 100; i++) expect(enterCircuit(circuit, 5001, S)).toBeUndefined();
    expect(admission(circuit, 5001)).toEqual({ until: 65_000 });
  });

  it('spreads its time by a tenth to both sides', () => {
    for (const [random, until] of [
      [0, 4500],
      [1, 5500],
    ] as const) {
      const circuit = createCircuit();
      for (let i = 0; i < 5; i++) fail(circuit, 0, false, random);
      expect(admission(circuit, 0)).toEqual({ until });
    }
  });

  it('ignores results of attempts from before it opened', () => {
    const circuit = createCircuit();
    const early = enter(circuit, 0);
    for (let i = 0; i < 5; i++) fail(circuit, 0);
    const before = structuredClone(circuit);
    expect(circuitSucceeded(circuit, early, 10)).toBeUndefined();
    expect(circuitFailed(circuit, early, true, 10, 0.5, S)).toBeUndefined();
    circuitAnswered(circuit, early);
    circuitAbandoned(circuit, early);
    expect(circuit).toEqual(before);
  });

  it('closes when an attempt that was forced on it succeeds, and does not mind one that fails', () => {
    const circuit = opened();
    expect(circuitFailed(circuit, forceCircuit(circuit), true, 100, 0.5, S)).toBeUndefined();
    expect(admission(circuit, 100)).toEqual({ until: 5000 });
    expect(circuitSucceeded(circuit, forceCircuit(circuit), 200)).toBe('closed');
    expect(admission(circuit, 200)).toBe('ready');
  });
});

describe('a half-open circuit', () => {
  it('closes when its trial succeeds, with nothing held against it', () => {
    const { circuit, trial } = onTrial();
    expect(circuitSucceeded(circuit, trial, 5500)).toBe('closed');
    expect(admission(circuit, 5500)).toBe('ready');
    for (let i = 0; i < 4; i++) expect(fail(circuit, 5600)).toBeUndefined();
    expect(circuit.phase.name).toBe('closed');
  });

  it('does not hold what happened before against a circuit that closed', () => {
    const circuit = createCircuit();
    for (let i = 0; i < 10; i++) {
      succeed(circuit, 0);
      fail(circuit, 0);
    }
    expect(succeed(circuit, 5000)).toBe('closed');
    for (let i = 0; i < 4; i++) expect(fail(circuit, 5001)).toBeUndefined();
    expect(fail(circuit, 5002)).toBe('opened');
  });

  it('opens for twice as long each time its trial fails, up to five minutes', () => {
    const circuit = opened();
    let now = 5000;
    for (const outMs of [10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]) {
      expect(fail(circuit, now)).toBe('opened');
      expect(admission(circuit, now)).toEqual({ until: now + outMs });
      now += outMs;
    }
  });

  it('goes on doubling if it opens again soon after it closed, and starts small after a healthy while', () => {
    const { circuit, trial } = onTrial();
    circuitSucceeded(circuit, trial, 5000);
    for (let i = 0; i < 5; i++) fail(circuit, 14_999);
    expect(admission(circuit, 14_999)).toEqual({ until: 24_999 });
    succeed(circuit, 24_999);
    for (let i = 0; i < 5; i++) fail(circuit, 34_999);
    expect(admission(circuit, 34_999)).toEqual({ until: 39_999 });
  });

  it('gives the trial to the next call when its own is given up', () => {
    const { circuit, trial } = onTrial();
    circuitAbandoned(circuit, trial);
    expect(circuit.phase.name).toBe('half-open');
    expect(admission(circuit, 5001)).toBe('trial');
    const next = enter(circuit, 5001);
    expect(enterCircuit(circuit, 5002, S)).toBeUndefined();
    expect(circuitSucceeded(circuit, next, 5003)).toBe('closed');
  });

  it('gives the trial to the next call when the answer said nothing about health', () => {
    const { circuit, trial } = onTrial();
    circuitAnswered(circuit, trial);
    expect(circuit.phase.name).toBe('half-open');
    expect(admission(circuit, 5001)).toBe('trial');
  });

  it('takes no late failure from a trial that was given back', () => {
    const { circuit, trial } = onTrial();
    circuitAbandoned(circuit, trial);
    const next = enter(circuit, 5001);
    expect(circuitFailed(circuit, trial, true, 5002, 0.5, S)).toBeUndefined();
    circuitAbandoned(circuit, trial);
    circuitAnswered(circuit, trial);
    expect(admission(circuit, 5002)).toEqual({ until: 65_001 });
    expect(circuitSucceeded(circuit, next, 5003)).toBe('closed');
    expect(circuitFailed(circuit, trial, true, 5004, 0.5, S)).toBeUndefined();
    expect(circuit.streak).toBe(0);
  });

  it('lets another call try when a trial has been lost for a minute', () => {
    const { circuit, trial } = onTrial();
    expect(enterCircuit(circuit, 64_999, S)).toBeUndefined();
    expect(admission(circuit, 65_000)).toBe('trial');
    const next = enter(circuit, 65_000);
    expect(circuitFailed(circuit, trial, true, 65_001, 0.5, S)).toBeUndefined();
    expect(circuitFailed(circuit, next, true, 65_002, 0.5, S)).toBe('opened');
  });

  it('closes for a forced success beside the trial, whose failure then counts no more', () => {
    const { circuit, trial } = onTrial();
    expect(circuitFailed(circuit, forceCircuit(circuit), true, 5001, 0.5, S)).toBeUndefined();
    expect(circuitSucceeded(circuit, forceCircuit(circuit), 5002)).toBe('closed');
    expect(circuitFailed(circuit, trial, true, 5003, 0.5, S)).toBeUndefined();
    expect(circuit.streak).toBe(0);
  });

  it('does not take the failure of a trial for one of the next opening', () => {
    const { circuit, trial } = onTrial();
    circuitFailed(circuit, trial, false, 5001, 0.5, S);
    const next = enter(circuit, 15_001);
    expect(circuitFailed(circuit, trial, false, 15_002, 0.5, S)).toBeUndefined();
    expect(circuitSucceeded(circuit, next, 15_003)).toBe('closed');
  });
});

describe('a suspect', () => {
  it('stands last for five seconds after one silence, then one call at a time tries it', () => {
    const circuit = createCircuit();
    fail(circuit, 0, true);
    expect(admission(circuit, 0)).toBe('suspect');
    expect(admission(circuit, 4999)).toBe('suspect');
    expect(admission(circuit, 5000)).toBe('trial');
    enter(circuit, 5000);
    expect(admission(circuit, 5000)).toBe('suspect');
    expect(circuit.phase.name).toBe('closed');
  });

  it('is admitted as the last resort, but not to those who took it for healthy', () => {
    const circuit = createCircuit();
    fail(circuit, 0, true);
    expect(enterCircuit(circuit, 1, S)).toBe(circuit.generation);
    expect(enterCircuit(circuit, 1, S, true)).toBe(circuit.generation);
    expect(enterCircuit(circuit, 1, S, false)).toBeUndefined();
    const trial = enterCircuit(circuit, 5000, S, false);
    expect(trial).toEqual({ generation: circuit.generation });
    expect(enterCircuit(circuit, 5000, S, false)).toBeUndefined();
  });

  it('is cleared by any success, by a failure with an answer, and by a neutral answer', () => {
    const clear: ((circuit: Circuit) => void)[] = [
      (circuit) => void succeed(circuit, 1),
      (circuit) => void fail(circuit, 1, false),
      (circuit) => circuitAnswered(circuit, enter(circuit, 1)),
    ];
    for (const answer of clear) {
      const circuit = createCircuit();
      fail(circuit, 0, true);
      answer(circuit);
      expect(admission(circuit, 2)).toBe('ready');
    }
  });

  it('is not cleared by an answer from before the circuit was open', () => {
    const circuit = createCircuit();
    const early = enter(circuit, 0);
    for (let i = 0; i < 5; i++) fail(circuit, 0);
    succeed(circuit, 5000);
    fail(circuit, 5001, true);
    circuitAnswered(circuit, early);
    circuitSucceeded(circuit, early, 5002);
    expect(admission(circuit, 5002)).toBe('suspect');
  });

  it('stays one when a call is given up', () => {
    const circuit = createCircuit();
    fail(circuit, 0, true);
    circuitAbandoned(circuit, enter(circuit, 1));
    expect(admission(circuit, 2)).toBe('suspect');
  });

  it('stands last for twice as long each time it is silent again, up to five minutes', () => {
    const settings = { ...S, consecutiveFailures: 1000, minimumAttempts: 1000 };
    const circuit = createCircuit(settings);
    let now = 0;
    for (const ms of [5000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]) {
      circuitFailed(circuit, enter(circuit, now, settings), true, now, 0.5, settings);
      expect(admission(circuit, now + ms - 1)).toBe('suspect');
      now += ms;
      expect(admission(circuit, now)).toBe('trial');
    }
  });

  it('spreads its time by a tenth', () => {
    const circuit = createCircuit();
    fail(circuit, 0, true, 0);
    expect(circuit.suspicion?.until).toBe(4500);
  });

  it('does not stand last longer for calls that were under way when it fell silent', () => {
    const circuit = createCircuit();
    const underWay = [enter(circuit, 0), enter(circuit, 0), enter(circuit, 0)];
    for (const permit of underWay) circuitFailed(circuit, permit, true, 100, 0.5, S);
    expect(circuit.suspicion).toMatchObject({ until: 5100, level: 0 });
  });

  it('gives its trial to the next call when it is given up, and only by the one that has it', () => {
    const circuit = createCircuit();
    fail(circuit, 0, true);
    const trial = enter(circuit, 5000);
    circuitAbandoned(circuit, forceCircuit(circuit));
    expect(admission(circuit, 5001)).toBe('suspect');
    circuitAbandoned(circuit, trial);
    expect(admission(circuit, 5001)).toBe('trial');
    const next = enter(circuit, 5002);
    circuitAbandoned(circuit, trial);
    expect(admission(circuit, 5003)).toBe('suspect');
    circuitAbandoned(circuit, next);
    expect(admission(circuit, 5003)).toBe('trial');
  });

  it('lets another call try when its trial has been lost for a minute', () => {
    const circuit = createCircuit();
    fail(circuit, 0, true);
    enter(circuit, 5000);
    expect(admission(circuit, 64_999)).toBe('suspect');
    expect(admission(circuit, 65_000)).toBe('trial');
  });

  it('is none any more once its circuit opens, and after that has closed', () => {
    const circuit = createCircuit();
    for (let i = 0; i < 5; i++) fail(circuit, 0, true);
    expect(circuit.phase.name).toBe('open');
    expect(circuit.suspicion).toBeUndefined();
    succeed(circuit, 5000);
    expect(admission(circuit, 5000)).toBe('ready');
  });
});

describe('a cool-down', () => {
  it('keeps calls away without a transition, longer than an open circuit or shorter', () => {
    const circuit = createCircuit();
    coolAfter(circuit.coolDown, { kind: 'rate_limited', callId: 'a', retryAfterMs: 2000 }, 0, 0.5);
    expect(admission(circuit, 1999)).toEqual({ until: 2000 });
    expect(enterCircuit(circuit, 1999, S)).toBeUndefined();
    expect(circuit.phase.name).toBe('closed');
    expect(admission(circuit, 2000)).toBe('ready');
    const out = opened();
    coolAfter(out.coolDown, { kind: 'rate_limited', callId: 'a', retryAfterMs: 2000 }, 0, 0.5);
    expect(admission(out, 1000)).toEqual({ until: 5000 });
    coolAfter(out.coolDown, { kind: 'rate_limited', callId: 'a', retryAfterMs: 9000 }, 0, 0.5);
    expect(admission(out, 1000)).toEqual({ until: 9000 });
    expect(admission(out, 6000)).toEqual({ until: 9000 });
    expect(admission(out, 9000)).toBe('trial');
  });

  it('comes before a trial that is due or under way', () => {
    const { circuit, trial } = onTrial();
    coolAfter(circuit.coolDown, { kind: 'rate_limited', callId: 'a', retryAfterMs: 500 }, 5000, 0.5);
    circuitAnswered(circuit, trial);
    expect(admission(circuit, 5100)).toEqual({ until: 5500 });
    expect(enterCircuit(circuit, 5100, S)).toBeUndefined();
    expect(admission(circuit, 5500)).toBe('trial');
  });

  it('starts small again after a success', () => {
    const circuit = createCircuit();
    coolAfter(circuit.coolDown, { kind: 'rate_limited', callId: 'a' }, 0, 0.5);
    expect(circuit.coolDown.streak).toBe(1);
    succeed(circuit, 2000);
    expect(circuit.coolDown.streak).toBe(0);
  });
});

describe('under any sequence of events', () => {
  type Step = { readonly what: string; readonly after: number; readonly pick: number; readonly random: number };
  const step: fc.Arbitrary<Step> = fc.record({
    what: fc.constantFrom('enter', 'force', 'succeed', 'fail', 'silence', 'answer', 'abandon', 'lose', 'cool'),
    after: fc.oneof(fc.constant(0), fc.nat({ max: 20_000 })),
    pick: fc.nat(),
    random: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  it('has at most one trial, is never stuck, and never out for longer than its limits', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const circuit = createCircuit();
        let now = 0;
        let underWay: Permit[] = [];
        const take = (pick: number): Permit | undefined => {
          if (underWay.length === 0) return undefined;
          const index = pick % underWay.length;
          const permit = underWay[index] as Permit;
          underWay = underWay.filter((_, at) => at !== index);
          return permit;
        };
        let trialSince = Number.NEGATIVE_INFINITY;
        for (const { what, after, pick, random } of steps) {
          now += after;
          if (what === 'cool') {
            coolAfter(
              circuit.coolDown,
              { kind: 'rate_limited', callId: String(pick), retryAfterMs: pick % 9000 },
              now,
              random,
            );
          } else if (what === 'enter') {
            const wasTrial = admission(circuit, now) === 'trial';
            const permit = enterCircuit(circuit, now, S);
            if (permit !== undefined) underWay.push(permit);
            expect(typeof permit === 'object').toBe(wasTrial);
            if (wasTrial) trialSince = now;
          } else if (what === 'force') {
            underWay.push(forceCircuit(circuit));
          } else {
            const permit = take(pick);
            if (permit === undefined || what === 'lose') continue;
            const stale = (typeof permit === 'number' ? permit : permit.generation) !== circuit.generation;
            const before = stale ? structuredClone(circuit) : undefined;
            if (what === 'succeed') circuitSucceeded(circuit, permit, now);
            else if (what === 'answer') circuitAnswered(circuit, permit);
            else if (what === 'abandon') circuitAbandoned(circuit, permit);
            else circuitFailed(circuit, permit, what === 'silence', now, random, S);
            if (before !== undefined) expect(circuit).toEqual(before);
          }
          const { phase, suspicion } = circuit;
          if (phase.name === 'open') expect(phase.until).toBeLessThanOrEqual(now + 330_000);
          if (phase.name !== 'closed') expect(suspicion).toBeUndefined();
          if (suspicion !== undefined) expect(suspicion.until).toBeLessThanOrEqual(now + 330_000);
          if (phase.name === 'half-open' && phase.trial !== undefined)
            expect(phase.leaseUntil).toBe(trialSince + 60_000);
        }
        // Nobody gives anything back any more: after a while somebody may try all the same, and a success mends everything.
        now += 330_000 + 60_000;
        expect(['ready', 'trial']).toContain(admission(circuit, now));
        succeed(circuit, now);
        expect(circuit.phase.name).toBe('closed');
        expect(admission(circuit, now)).toBe('ready');
      }),
      { seed: 42, numRuns: 600 },
    );
  });

  it('sends a dead target at most one request per time out', () => {
    const circuit = createCircuit();
    let random = 0.1;
    let requests = 0;
    for (let now = 0; now < 600_000; now += 20) {
      random = (random * 997) % 1;
      const permit = enterCircuit(circuit, now, S, false);
      if (permit === undefined) continue;
      requests++;
      circuitFailed(circuit, permit, true, now, random, S);
    }
    // One, then as a suspect after 5, 10, 20 and 40 s, then out for 5, 10, ... 160 s.
    expect(requests).toBeLessThanOrEqual(13);
    expect(requests).toBeGreaterThanOrEqual(9);
  });
});
