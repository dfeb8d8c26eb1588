import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { openLines } from './read-lines.js';
import type { ReportRange, ReportSource } from './report-record.js';

/** What a file of SQLite begins with. */
const SQLITE_MAGIC = 'SQLite format 3\0';

/**
 * Opens a ledger file, or an export of one (a JSON object a line).
 * @throws Error when there is no such file or it is neither.
 */
export async function openReport(file: string, range: ReportRange): Promise<ReportSource> {
  if (!existsSync(file)) throw new Error(`There is no file ${file}.`);
  if (startsWith(file, SQLITE_MAGIC)) {
    const { openTables } = await import('./read-tables.js');
    return openTables(file, range);
  }
  return openLines(file, range);
}

function startsWith(file: string, magic: string): boolean {
  const handle = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(magic.length);
    readSync(handle, bytes, 0, bytes.length, 0);
    return bytes.toString('latin1') === magic;
  } finally {
    closeSync(handle);
  }
}
