import { ConfigError, type ConfigProblem } from '../errors.js';

/** Most problems that one error lists; a generated configuration can have thousands. */
const MAX_LISTED = 50;

/** Collects everything that is wrong with a configuration, so that the user sees it all at once. */
export class Problems {
  readonly #list: ConfigProblem[] = [];
  /** Names whose value was set aside because its shape is wrong; whatever else follows from that is not worth saying. */
  readonly #misshapen = new Set<string>();

  /**
   * @param name Option path or environment variable.
   * @param message What is wrong and how to mend it. Never a value: it could be a key in the wrong place.
   */
  add(name: string, message: string): void {
    if (!this.#follows(name)) this.#list.push({ name, message });
  }

  /** As {@link add}, for a value that is left out of everything that follows. */
  addMisshapen(name: string, message: string): void {
    this.add(name, message);
    this.#misshapen.add(name);
  }

  /** Whether the value of that name, or one that contains it, has been set aside. */
  #follows(name: string): boolean {
    if (this.#misshapen.size === 0) return false;
    for (
      let end = name.length;
      end > 0;
      end = Math.max(name.lastIndexOf('.', end - 1), name.lastIndexOf('[', end - 1))
    ) {
      if (this.#misshapen.has(name.slice(0, end))) return true;
    }
    return false;
  }

  get found(): boolean {
    return this.#list.length > 0;
  }

  /** @throws {ConfigError} when something was added */
  throwIfFound(): void {
    if (this.#list.length === 0) return;
    const listed = this.#list.slice(0, MAX_LISTED);
    const more = this.#list.length - listed.length;
    throw new ConfigError(more > 0 ? [...listed, { name: 'and more', message: `${more} further problems` }] : listed);
  }
}

/** Prefixes that keys of the providers in use have, and runs of letters and digits that nobody would call anything. */
const KEY_PREFIX = /(?:^|[^A-Za-z0-9])(?:(?:sk|pk|rk|gsk|xai|hf|ghp)[-_].{5}|bearer )/i;
const LONG_RUN = /(?=[A-Za-z]*\d)[A-Za-z0-9]{28,}/;

/**
 * A name written by the user (an alias, an option, an endpoint) as it may stand in a message: short, printable, and hidden
 * when it looks like a key that slipped into the wrong place.
 */
export function shownName(name: string): string {
  if (name.length > 64 || KEY_PREFIX.test(name) || LONG_RUN.test(name)) return '(hidden)';
  return /^[\p{L}\p{N}\p{P}\p{S} ]*$/u.test(name) ? name : JSON.stringify(name);
}
