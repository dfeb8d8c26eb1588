import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { RECORD_COLUMNS, SCHEMA, SCHEMA_VERSION } from './schema.js';

/** The columns of a record, for statements. */
export const COLUMNS = RECORD_COLUMNS.join(', ');

/**
 * Makes the tables in a new file.
 * @throws Error when the file is no ledger, or one of a newer version.
 */
export function openTables(database: DatabaseSync, file: string): void {
  database.exec('BEGIN IMMEDIATE');
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  const { tables } = database.prepare("SELECT count(*) AS tables FROM sqlite_schema WHERE type = 'table'").get() as {
    tables: number;
  };
  if (version === 0 && tables === 0) database.exec(`${SCHEMA}; PRAGMA user_version = ${SCHEMA_VERSION}`);
  else if (version !== SCHEMA_VERSION || tables === 0) {
    database.exec('ROLLBACK');
    throw new Error(
      version > SCHEMA_VERSION
        ? `${file} is a ledger of a newer version (${version})`
        : `${file} is no ledger of this library`,
    );
  }
  database.exec('COMMIT');
}

/** The statements of a ledger, prepared once. */
export function prepareStatements(database: DatabaseSync) {
  const statement = (text: string): StatementSync => database.prepare(text);
  return {
    insert: statement(
      `INSERT OR IGNORE INTO records (${COLUMNS}) VALUES (${RECORD_COLUMNS.map(() => '?').join(', ')})`,
    ),
    spent: statement(
      'SELECT coalesce(sum(nano), 0) AS nano, min(slot) AS oldest FROM spent WHERE budget = ? AND slot >= ?',
    ),
    held: statement('SELECT coalesce(sum(nano), 0) AS nano FROM held WHERE budget = ? AND slot >= ?'),
    heldBy: statement('SELECT nano, calls FROM held WHERE budget = ? AND slot = ? AND owner = ?'),
    heldOf: statement('SELECT budget, slot, nano, calls FROM held WHERE owner = ?'),
    hold: statement(`INSERT INTO held VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET nano = nano + excluded.nano, calls = calls + excluded.calls`),
    unhold: statement('DELETE FROM held WHERE budget = ? AND slot = ? AND owner = ?'),
    spend: statement('INSERT INTO spent VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET nano = nano + excluded.nano'),
    disown: statement('DELETE FROM held WHERE owner = ?'),
    others: statement('SELECT owner, host, pid, alive_until FROM owners WHERE owner <> ?'),
    renew: statement(
      'INSERT INTO owners VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET alive_until = excluded.alive_until',
    ),
    leave: statement('DELETE FROM owners WHERE owner = ?'),
    part: statement('DELETE FROM owners WHERE owner = ? AND NOT EXISTS (SELECT 1 FROM held WHERE held.owner = ?)'),
    forget: statement('DELETE FROM spent WHERE slot < ?'),
  };
}
