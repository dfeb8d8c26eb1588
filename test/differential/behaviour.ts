import type { Bench } from './bench.js';

/** Something the SDK does that its users rely on. */
export interface Behaviour {
  readonly id: string;
  readonly name: string;
  /** Does it and says what it saw, in values that can be compared. */
  readonly observe: (bench: Bench) => Promise<unknown>;
  /** What the SDK shows. */
  readonly sdk: unknown;
  /** The lowest supported SDK does something else here, and the gateway does not rely on it. */
  readonly onlyNewest?: boolean;
  /** What the gateway shows by its own rules, where that is something else, and why that is right. */
  readonly gateway?: { readonly shows: unknown; readonly because: string };
}

export const MESSAGES = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };
export const STREAMING = { ...MESSAGES, stream: true as const };

/** The name of an error's class, or the value when there was no error. */
export async function nameOfError(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise;
  } catch (error) {
    return (error as Error).constructor.name;
  }
}
