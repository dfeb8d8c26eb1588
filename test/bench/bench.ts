/** What a bench is, and where each one lives. */

/** How much a bench may take. */
export interface BenchOptions {
  /** Rounds, pairs or samples, in place of the bench's own number. */
  readonly rounds?: number | undefined;
  /** A short run, for continuous integration: the same figures, less certain. */
  readonly quick: boolean;
  /** Measure other libraries as well; installs them first. */
  readonly peers: boolean;
}

/** One line of a bench's table: a name, then a value for some of the columns. */
export type BenchRow = readonly [name: string, ...values: (string | number)[]];

/** What a bench found. */
export interface BenchReport {
  /** By the names that are promised; three decimals. */
  readonly figures: Readonly<Record<string, number>>;
  readonly columns: readonly string[];
  readonly rows: readonly BenchRow[];
  /** Why the figures mean nothing, e.g. because the machine was too restless. */
  readonly void?: string | undefined;
}

/** Measures one thing. */
export type Bench = (options: BenchOptions) => Promise<BenchReport>;

/** Where a bench is, and how its process is started. */
export interface BenchEntry {
  /** Flags for the runtime. */
  readonly flags: readonly string[];
  load(): Promise<Bench>;
}

const GC = ['--expose-gc'];

/** All benches by name, in the order in which they run. */
export const BENCHES: Readonly<Record<string, BenchEntry>> = {
  overhead: { flags: GC, load: async () => (await import('./overhead.ts')).overhead },
  sockets: { flags: GC, load: async () => (await import('./sockets.ts')).sockets },
  latency: { flags: GC, load: async () => (await import('./latency.ts')).latency },
  stream: { flags: GC, load: async () => (await import('./stream.ts')).stream },
  failover: { flags: GC, load: async () => (await import('./failover.ts')).failover },
  limiter: { flags: GC, load: async () => (await import('./limiter.ts')).limiter },
  ledger: { flags: GC, load: async () => (await import('./ledger.ts')).ledger },
  money: { flags: [], load: async () => (await import('./money.ts')).money },
  memory: { flags: GC, load: async () => (await import('./memory.ts')).memory },
  scale: { flags: GC, load: async () => (await import('./scale.ts')).scale },
  startup: { flags: [], load: async () => (await import('./startup.ts')).startup },
};
