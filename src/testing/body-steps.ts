import type { BodyStep, ReplyInit } from './scripted-reply.js';

/** Applies `deliver`, `segments` and `gapMs`, in this order. */
export function compose(content: readonly BodyStep[], init: ReplyInit): readonly BodyStep[] {
  let steps = content;
  if (init.deliver !== undefined && 'events' in init.deliver) steps = steps.slice(0, init.deliver.events);
  if (init.deliver !== undefined && 'bytes' in init.deliver) steps = takeBytes(steps, init.deliver.bytes);
  if (init.segments !== undefined) steps = split(steps, init.segments);
  const gapMs = init.gapMs ?? 0;
  return gapMs > 0 ? steps.flatMap((step, index) => (index === 0 ? [step] : [{ waitMs: gapMs }, step])) : steps;
}

/** Whether a step is a pause. */
export function isPause(step: BodyStep): step is { readonly waitMs: number } {
  return typeof step === 'object' && 'waitMs' in step;
}

/** The bytes of a piece of body. */
export function bytesOf(step: string | Uint8Array): Uint8Array {
  return typeof step === 'string' ? new TextEncoder().encode(step) : step;
}

function takeBytes(steps: readonly BodyStep[], limit: number): BodyStep[] {
  const taken: BodyStep[] = [];
  let left = limit;
  for (const step of steps) {
    if (left <= 0) break;
    if (isPause(step)) {
      taken.push(step);
      continue;
    }
    const bytes = bytesOf(step).subarray(0, left);
    taken.push(bytes);
    left -= bytes.length;
  }
  return taken;
}

/** Cuts the bytes anew; pauses keep their place between the bytes around them. */
function split(steps: readonly BodyStep[], segments: number | readonly number[]): BodyStep[] {
  const sizes = typeof segments === 'number' ? [segments] : segments;
  const pieces: BodyStep[] = [];
  let count = 0;
  let run: Uint8Array[] = [];
  const cut = () => {
    const whole = Buffer.concat(run);
    run = [];
    for (let start = 0; start < whole.length; ) {
      const size = Math.max(1, sizes[Math.min(count++, sizes.length - 1)] ?? whole.length);
      pieces.push(whole.subarray(start, start + size));
      start += size;
    }
  };
  for (const step of steps) {
    if (!isPause(step)) {
      run.push(bytesOf(step));
      continue;
    }
    cut();
    pieces.push(step);
  }
  cut();
  return pieces;
}
