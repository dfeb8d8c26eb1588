/** Elapsed time of several lanes, side by side. */
import { orderOf } from './statistics.ts';

/** Milliseconds by lane, round by round. */
export type WallTimes = ReadonlyMap<string, readonly number[]>;

/** Lets every subject do `work` once per round, in alternating order, and takes the milliseconds it resolves with, or else the time it took. */
export async function measureWall<Subject extends { readonly name: string }>(
  subjects: readonly Subject[],
  rounds: number,
  work: (subject: Subject) => Promise<unknown>,
): Promise<WallTimes> {
  const times = new Map(subjects.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (const subject of orderOf(subjects, round)) {
      const began = performance.now();
      const said = await work(subject);
      times.get(subject.name)?.push(typeof said === 'number' ? said : performance.now() - began);
    }
  }
  return times;
}

/** Does `work` this often with at most `width` at once. */
export async function concurrently(count: number, width: number, work: () => Promise<unknown>): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, worker));
}

/** Reads a stream to its end and says how many items came. */
export async function drain(stream: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of stream) count++;
  return count;
}
