import { Chain, type Link } from './limiter-chain.js';

/** Something with a limited patience. */
export interface Patient {
  readonly arrivedAt: number;
  /** How long it is willing to wait, in milliseconds; `Infinity` for as long as it takes. */
  readonly patienceMs: number;
  /** Its place among those of equal patience; absent while it is not watched. */
  deadline: Link<Patient> | undefined;
}

/**
 * Who stops waiting next. Among those of equal patience deadlines come in order of arrival, so one queue per patience keeps
 * adding and leaving at constant cost; there are as many queues as different patiences, in practice one or two.
 */
export class Deadlines<T extends Patient> {
  readonly #groups = new Map<number, Chain<Patient>>();

  watch(patient: T): void {
    if (patient.patienceMs === Number.POSITIVE_INFINITY) return;
    let group = this.#groups.get(patient.patienceMs);
    if (group === undefined) {
      group = new Chain();
      this.#groups.set(patient.patienceMs, group);
    }
    patient.deadline = group.append(patient);
  }

  /** Harmless for one that is not watched. */
  forget(patient: T): void {
    if (patient.deadline === undefined) return;
    const group = this.#groups.get(patient.patienceMs);
    group?.remove(patient.deadline);
    patient.deadline = undefined;
    if (group?.first === undefined) this.#groups.delete(patient.patienceMs);
  }

  /** When the first one stops waiting; `Infinity` if none ever does. */
  get nextAt(): number {
    let at = Number.POSITIVE_INFINITY;
    for (const { first } of this.#groups.values()) if (first !== undefined) at = Math.min(at, endOf(first));
    return at;
  }

  /** One whose patience has ended at `now`, if there is one. */
  due(now: number): T | undefined {
    for (const { first } of this.#groups.values()) if (first !== undefined && endOf(first) <= now) return first as T;
    return undefined;
  }
}

function endOf(patient: Patient): number {
  return patient.arrivedAt + patient.patienceMs;
}
