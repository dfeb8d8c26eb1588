/** The figures of all benches as the README shows them. */
import { readFileSync, writeFileSync } from 'node:fs';

/** Figures by bench. */
export type AllFigures = ReadonlyMap<string, Readonly<Record<string, number>>>;

interface Row {
  readonly bench: string;
  readonly figure: string;
  readonly label: string;
  readonly target: string;
  /** Name of the same figure of another library; absent where it has none. */
  readonly of?: (peer: string) => string;
  readonly digits?: number;
}

const suffixed = (figure: string) => (peer: string) => `${peer}_${figure}`;
const itself = (peer: string) => peer;

const ROWS: readonly Row[] = [
  { bench: 'overhead', figure: 'all_on', label: 'CPU per call', target: '<= 1.00', of: itself },
  { bench: 'overhead', figure: 'routing', label: 'CPU per call, routing only', target: '<= 0.95' },
  { bench: 'overhead', figure: 'all_on_32k', label: 'CPU per call, prompt of 32 KB', target: '<= 1.10' },
  { bench: 'sockets', figure: 'throughput', label: 'Calls per second, 64 at once', target: '>= 1.5', of: itself },
  { bench: 'latency', figure: 'p50', label: 'Time of a call, median', target: '<= 0.85', of: suffixed('p50') },
  { bench: 'latency', figure: 'p99', label: 'Time of a call, 99th percentile', target: '<= 1.1', of: suffixed('p99') },
  { bench: 'stream', figure: 'cpu', label: 'CPU per stream of 100 chunks', target: '<= 0.6', of: suffixed('cpu') },
  {
    bench: 'stream',
    figure: 'throughput',
    label: 'Streams per second, 16 at once',
    target: '>= 1.5',
    of: suffixed('throughput'),
  },
  { bench: 'stream', figure: 'ttft', label: 'Time to the first content', target: '<= 1.0', of: suffixed('ttft') },
  {
    bench: 'failover',
    figure: 'first_ms',
    label: 'Refused endpoint: extra ms, first call',
    target: '<= 5',
    of: suffixed('first_ms'),
  },
  {
    bench: 'failover',
    figure: 'open_ms',
    label: 'Refused endpoint: extra ms, later calls',
    target: '<= 0.1',
    of: suffixed('open_ms'),
  },
  {
    bench: 'memory',
    figure: 'in_flight_ratio',
    label: 'Bytes per call in flight',
    target: '<= 1.3',
    of: suffixed('in_flight_ratio'),
  },
  { bench: 'memory', figure: 'growth_mb', label: 'MB kept of 100,000 calls', target: '<= 1' },
  {
    bench: 'scale',
    figure: 'endpoints_ratio',
    label: 'CPU per call: 100 endpoints to 1',
    target: '<= 1.2',
    of: suffixed('endpoints_ratio'),
  },
  {
    bench: 'scale',
    figure: 'in_flight_ratio',
    label: 'CPU per call: 10,000 in flight to 10',
    target: '<= 1.2',
    of: suffixed('in_flight_ratio'),
  },
  { bench: 'startup', figure: 'import_ratio', label: 'Time to import', target: '<= 1.25', of: itself },
  {
    bench: 'startup',
    figure: 'gzip_kb',
    label: 'Main door, KB minified and gzipped',
    target: '<= 30',
    digits: 1,
  },
];

/** Names of the other libraries in figures and in the table's head. */
const PEERS: Readonly<Record<string, string>> = {
  hand_written: '`p-retry` + `bottleneck`',
  ai_fallback: '`ai` + `ai-fallback`',
  langchain: 'LangChain `withFallbacks`',
  portkey_hop: 'Portkey, one hop',
};

/** A Markdown table: this package, what it should reach, and every other library that was measured. */
export function readmeTable(all: AllFigures): string {
  const figureOf = (bench: string, name: string | undefined): number | undefined =>
    name === undefined ? undefined : all.get(bench)?.[name];
  const peers = Object.keys(PEERS).filter((peer) =>
    ROWS.some(({ bench, of }) => figureOf(bench, of?.(peer)) !== undefined),
  );
  const head = ['', 'this package', 'target', ...peers.map((peer) => PEERS[peer] as string)];
  const rows = ROWS.map(({ bench, figure, label, target, of, digits }) => [
    label,
    shown(figureOf(bench, figure), digits),
    target,
    ...peers.map((peer) => shown(figureOf(bench, of?.(peer)), digits)),
  ]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function shown(value: number | undefined, digits?: number): string {
  if (value === undefined) return '';
  return value.toFixed(digits ?? (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2));
}

const README = new URL('../../README.md', import.meta.url);
const BLOCK = /(<!-- bench:begin -->\n)[\s\S]*?(<!-- bench:end -->)/;

/** Puts the table into the README, where it was before. */
export function writeReadme(table: string, day: string, flags: readonly string[]): void {
  const note = `Measured on ${day}, Node ${process.versions.node}, by \`${['npm run bench --', ...flags].join(' ')}\` on two cores: ratios to plain \`openai\` in the same run unless a unit is named, with aliases, two tiers, limits, circuits, usage, costs and a hook on.`;
  writeFileSync(README, readFileSync(README, 'utf8').replace(BLOCK, `$1\n${note}\n\n${table}\n\n$2`));
}
