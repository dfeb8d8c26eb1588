/** `llm-gateway-client/sqlite`: a ledger in a file. Loads `node:sqlite`; the main door does not. */

export type { BudgetClaim, BudgetGrant, BudgetSettlement } from './domain/budget.js';
export type { LedgerBatch, LedgerRecord, LedgerStore, UsageQuery, UsageRow } from './domain/ledger.js';
export { SqliteLedger, type SqliteLedgerOptions } from './sqlite/ledger-file.js';
