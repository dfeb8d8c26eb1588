type Flush = () => void | Promise<void>;

const pending = new Set<Flush>();

/**
 * Runs `flush` before the process ends by itself (and, as far as it is synchronous, when it is told to exit). One listener
 * for all callers; no signal is handled.
 * @returns stops it.
 */
export function flushAtExit(flush: Flush): () => void {
  if (pending.size === 0 && typeof process === 'object') {
    process.on('beforeExit', runAll);
    process.on('exit', runAll);
  }
  pending.add(flush);
  return () => {
    pending.delete(flush);
    if (pending.size > 0 || typeof process !== 'object') return;
    process.off('beforeExit', runAll);
    process.off('exit', runAll);
  };
}

function runAll(): void {
  for (const flush of pending) void flush();
}
