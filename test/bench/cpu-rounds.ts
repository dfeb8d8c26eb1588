/** CPU time of several lanes, measured side by side on a machine that others use as well. */
import { median, orderOf, ratios, rounded } from './statistics.ts';

/** One way of doing the same work. */
export interface Lane {
  readonly name: string;
  /** Calls in one round. */
  readonly calls: number;
  /** Makes this many calls. */
  run(calls: number): Promise<void>;
}

/** Microseconds of CPU per call, round by round. */
export type CpuTimes = ReadonlyMap<string, readonly number[]>;

/** How far two lanes that do the very same may lie apart before a run counts. */
const CONTROL = { low: 0.98, high: 1.02 };
/** Runs before a machine is called too restless. */
const MAX_RUNS = 3;

/** Calls before measuring, so that the compiler has seen everything: V8 optimises after some hundreds. */
const WARM_UP_CALLS = 600;

/** Collects garbage, if the process was started with `--expose-gc`. */
export function collectGarbage(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

/** User and system time of this process with all its threads, in microseconds. */
export function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/**
 * Lets every lane run twice per round, there and back again, so that a drift of the machine within the round falls on all
 * alike; the next round starts from the other end. Garbage is left to the runtime: collecting it by force between lanes makes
 * V8 throw optimised code away (a call of the plain SDK went from 40 to over 400 us), and the lane that comes next pays.
 */
export async function measureCpu(lanes: readonly Lane[], rounds: number): Promise<CpuTimes> {
  const times = new Map(lanes.map(({ name }) => [name, new Array<number>(rounds).fill(0)]));
  for (let round = 0; round < rounds; round++) {
    for (const pass of [round, round + 1]) {
      for (const lane of orderOf(lanes, pass)) {
        const calls = Math.ceil(lane.calls / 2);
        const before = cpuMicros();
        await lane.run(calls);
        const perCall = (cpuMicros() - before) / calls;
        const own = times.get(lane.name) as number[];
        own[round] = (own[round] as number) + perCall / 2;
      }
    }
  }
  return times;
}

/** Runs every lane a while without looking, in turns. */
async function warmUp(lanes: readonly Lane[], calls: number = WARM_UP_CALLS): Promise<void> {
  for (let part = 0; part < 4; part++) for (const lane of lanes) await lane.run(Math.ceil(calls / 4));
}

/** Median of the ratios of a lane to another, round by round. */
export function cpuRatio(times: CpuTimes, name: string, base: string): number {
  return rounded(median(ratios(times.get(name) ?? [], times.get(base) ?? [])));
}

/** A run together with what its control said. */
export interface ControlledTimes {
  readonly times: CpuTimes;
  readonly control: number;
  /** Set when no run had a clean control. */
  readonly void?: string;
}

/**
 * Measures until the lane `control`, which does the very same as `base`, is within two hundredths of it; after three runs
 * the result is void. One round shows that a bench works and nothing about figures: it is not warmed up for, nor repeated.
 */
export async function measureControlled(
  lanes: readonly Lane[],
  rounds: number,
  names: { readonly base: string; readonly control: string },
): Promise<ControlledTimes> {
  if (rounds > 1) await warmUp(lanes);
  for (let run = 1; ; run++) {
    const times = await measureCpu(lanes, rounds);
    const control = cpuRatio(times, names.control, names.base);
    if (control >= CONTROL.low && control <= CONTROL.high) return { times, control };
    if (run === MAX_RUNS || rounds === 1) {
      return {
        times,
        control,
        void: `${names.control} against ${names.base} was ${control} in the last of ${run} runs; it must lie within ${CONTROL.low} and ${CONTROL.high}.`,
      };
    }
  }
}
