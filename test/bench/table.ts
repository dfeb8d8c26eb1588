import type { BenchReport } from './bench.ts';

/** A report as text: names to the left, numbers to the right. */
export function formatTable({ columns, rows }: Pick<BenchReport, 'columns' | 'rows'>): string {
  const lines = [columns, ...rows].map((row) => row.map(formatCell));
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const ruled = [lines[0] as string[], widths.map((width) => '-'.repeat(width)), ...lines.slice(1)];
  return ruled
    .map((line) =>
      widths
        .map((width, column) => {
          const cell = line[column] ?? '';
          return column === 0 ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function formatCell(cell: string | number): string {
  if (typeof cell === 'string') return cell;
  if (Number.isInteger(cell)) return String(cell);
  return Math.abs(cell) >= 100 ? cell.toFixed(0) : Math.abs(cell) >= 10 ? cell.toFixed(1) : cell.toFixed(3);
}
