/** `llm-gateway-client/sqlite`: a ledger in a file. Loads `node:sqlite`; the main door does not. */
export { SqliteLedger, type SqliteLedgerOptions } from './sqlite/ledger-file.js';
