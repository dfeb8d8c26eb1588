import type { Budget } from '../domain/budget.js';
import { COVER_BUDGET } from '../domain/ledger.js';

/** Refuses nothing, and has a shared store know of every send before it happens: what a crash leaves unrecorded is covered by it. */
export const COVER: Budget = Object.freeze({
  name: COVER_BUDGET,
  match: {},
  period: 'day',
  timeZone: 'UTC',
  limitNano: Number.POSITIVE_INFINITY,
  currency: 'USD',
  warnAt: 1,
  onExceeded: 'warn',
  onStoreError: 'open',
});
