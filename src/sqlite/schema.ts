/**
 * Tables of a ledger file. Amounts of money are whole nano-units; times are milliseconds since the epoch; tags are a JSON
 * object. A file of another version is refused rather than guessed at.
 */
export const SCHEMA_VERSION = 1;

export const SCHEMA = `
CREATE TABLE records (
  id TEXT NOT NULL PRIMARY KEY,
  call_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  final INTEGER NOT NULL,
  at INTEGER NOT NULL,
  operation TEXT NOT NULL,
  stream INTEGER NOT NULL,
  endpoint TEXT NOT NULL,
  model TEXT NOT NULL,
  alias TEXT,
  tier INTEGER NOT NULL,
  tags TEXT NOT NULL,
  status TEXT NOT NULL,
  kind TEXT,
  http_status INTEGER,
  fallback INTEGER NOT NULL,
  duration_ms REAL NOT NULL,
  first_event_ms REAL,
  billed INTEGER NOT NULL,
  input_tokens INTEGER,
  cached_tokens INTEGER,
  output_tokens INTEGER,
  reasoning_tokens INTEGER,
  usage TEXT,
  cost_nano INTEGER,
  currency TEXT,
  cost_source TEXT NOT NULL,
  price_version TEXT,
  fx_rate REAL,
  sends INTEGER
) STRICT;
CREATE INDEX records_at ON records (at);
CREATE TABLE spent (
  budget TEXT NOT NULL,
  slot INTEGER NOT NULL,
  nano INTEGER NOT NULL,
  PRIMARY KEY (budget, slot)
) STRICT, WITHOUT ROWID;
CREATE TABLE held (
  budget TEXT NOT NULL,
  slot INTEGER NOT NULL,
  owner TEXT NOT NULL,
  nano INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  PRIMARY KEY (budget, slot, owner)
) STRICT, WITHOUT ROWID;
CREATE TABLE owners (
  owner TEXT NOT NULL PRIMARY KEY,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  alive_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

/** Columns of `records` in the order in which rows are written and read. */
export const RECORD_COLUMNS = [
  'id',
  'call_id',
  'attempt',
  'final',
  'at',
  'operation',
  'stream',
  'endpoint',
  'model',
  'alias',
  'tier',
  'tags',
  'status',
  'kind',
  'http_status',
  'fallback',
  'duration_ms',
  'first_event_ms',
  'billed',
  'input_tokens',
  'cached_tokens',
  'output_tokens',
  'reasoning_tokens',
  'usage',
  'cost_nano',
  'currency',
  'cost_source',
  'price_version',
  'fx_rate',
  'sends',
] as const;
