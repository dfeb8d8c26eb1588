import type { LedgerRecord } from './ledger.js';

/** Stands for sends of a dead process that left no record: they cost at most what was reserved for them. */
export function lostRecord(
  owner: string,
  held: { readonly slot: number; readonly nano: number; readonly calls: number },
  now: number,
): LedgerRecord {
  const id = `lost:${owner}:${held.slot}`;
  return {
    id,
    callId: id,
    attempt: 0,
    final: false,
    at: now,
    operation: '(lost)',
    stream: false,
    endpoint: '',
    model: '',
    tier: 0,
    tags: {},
    status: 'lost',
    fallback: false,
    durationMs: 0,
    possiblyBilled: true,
    cost: { amountNano: held.nano, currency: 'USD', source: 'estimated', priceVersion: 'reservation' },
    sends: held.calls,
  };
}
