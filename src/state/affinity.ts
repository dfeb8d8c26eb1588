/** Where provider state lives: ids that were created away from the first endpoint, with the endpoint that knows them. */
import type { Call, RequestShape } from '../domain/call.js';
import { isPlainObject } from '../domain/plain-object.js';
import { BoundedMap } from './bounded-map.js';

/** Ids remembered; the oldest are forgotten, and their objects looked for at the first endpoint again. */
const MAX_IDS = 10_000;
/** No provider's id is longer. */
const MAX_ID_LENGTH = 200;
/** How much of a body is searched for ids. */
const MAX_NODES = 2_000;

/** Fields of a reply that name objects at the same provider. */
const ID_FIELDS = ['id', 'output_file_id', 'error_file_id', 'input_file_id'] as const;

export class Affinity {
  readonly #owners = new BoundedMap<string, string>(MAX_IDS);
  readonly #first: string;

  /** @param first The endpoint that owns whatever is not remembered. */
  constructor(first: string) {
    this.#first = first;
  }

  /**
   * Takes note of what a call created that its provider keeps. What the first endpoint creates needs no memory.
   * @param responseId of a stream
   */
  remember(call: Call, reply: unknown, responseId: string | undefined): void {
    const endpoint = call.trace.attempts.at(-1)?.endpoint;
    if (endpoint === undefined || endpoint === this.#first) return;
    if (call.movable && call.operation.stream !== 'responses') return;
    this.#note(endpoint, responseId);
    if (typeof reply !== 'object' || reply === null) return;
    for (const field of ID_FIELDS) this.#note(endpoint, (reply as Record<string, unknown>)[field]);
  }

  #note(endpoint: string, id: unknown): void {
    if (typeof id === 'string' && id !== '' && id.length <= MAX_ID_LENGTH) this.#owners.set(id, endpoint);
  }

  /** The endpoint that owns what a request names, if it is remembered. */
  ownerOf(request: RequestShape): string | undefined {
    if (this.#owners.size === 0) return undefined;
    for (const segment of request.path.split(/[/?]/)) {
      const owner = this.#owners.get(decode(segment));
      if (owner !== undefined) return owner;
    }
    return this.#search(request.body) ?? this.#search((request as { query?: unknown }).query);
  }

  #search(root: unknown): string | undefined {
    const pending: unknown[] = [root];
    for (let seen = 0; pending.length > 0 && seen < MAX_NODES; seen++) {
      const node = pending.pop();
      if (typeof node === 'string') {
        const owner = node.length <= MAX_ID_LENGTH ? this.#owners.get(node) : undefined;
        if (owner !== undefined) return owner;
      } else if (Array.isArray(node)) pending.push(...node.slice(0, MAX_NODES));
      else if (isPlainObject(node)) pending.push(...Object.values(node));
    }
    return undefined;
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
