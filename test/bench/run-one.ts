/** Runs one bench in this process; {@link file://./run.ts} has checked the arguments. */
import { parseArgs } from 'node:util';
import { BENCHES, type BenchEntry } from './bench.ts';
import { formatTable } from './table.ts';

/** Exit code of a run that the machine was too unsteady for: it measured nothing, and nothing failed. */
const VOID = 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string' }, quick: { type: 'boolean' }, peers: { type: 'boolean' } },
});
const name = positionals[0] as string;
const bench = await (BENCHES[name] as BenchEntry).load();
const began = performance.now();
const report = await bench({
  rounds: values.rounds === undefined ? undefined : Number(values.rounds),
  quick: values.quick === true,
  peers: values.peers === true,
});
console.log(`\n${name} (${((performance.now() - began) / 1_000).toFixed(0)} s, Node ${process.versions.node})\n`);
console.log(formatTable(report));
if (report.void !== undefined) {
  console.log(`\nvoid: ${report.void}`);
  process.exit(VOID);
}
console.log();
console.log(JSON.stringify({ bench: name, figures: report.figures }));
// Connections that are kept alive for a next call must not keep the process.
process.exit(0);
