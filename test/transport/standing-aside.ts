/** A gateway's transport against the plain SDK, where a test of the user's has put something between them and the network. */
import OpenAI from 'openai';
import { expect } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { createTransport, type Transport } from '../../src/transport/transport.js';
import { type Loopback, reply, startLoopback } from './loopback.js';

export const JSON_TYPE = { 'content-type': 'application/json' };
const REAL = { id: 'real', object: 'chat.completion', choices: [] };
/** What a mock answers. */
export const FAKE = { ...REAL, id: 'fake' };
export const PATH = '/v1/chat/completions';

/** Puts something in place, and returns how to take it away. */
export type Put = (origin: string) => () => unknown;

/** A server that must not be reached, and clients that could. */
export class Scene {
  readonly #server: Loopback;
  readonly #transport: Transport;

  private constructor(server: Loopback) {
    this.#server = server;
    this.#transport = createTransport({ clock: systemClock, mode: 'auto' });
  }

  static async open(): Promise<Scene> {
    return new Scene(await startLoopback((socket) => socket.write(reply(JSON.stringify(REAL), JSON_TYPE))));
  }

  async close(): Promise<void> {
    await this.#transport.close();
    await this.#server.stop();
  }

  get origin(): string {
    return this.#server.origin;
  }

  /** What the plain SDK gets, if `fetch` is as it is now. */
  plain(): Promise<string> {
    return this.#ask(new OpenAI({ baseURL: `${this.origin}/v1`, apiKey: 'sk-test', maxRetries: 0 }));
  }

  /** What a client over the transport gets. */
  ours(): Promise<string> {
    return this.#ask(
      new OpenAI({ baseURL: `${this.origin}/v1`, apiKey: 'sk-test', maxRetries: 0, fetch: this.#transport.fetch }),
    );
  }

  async #ask(openai: OpenAI): Promise<string> {
    const { id } = await openai.chat.completions.create({ model: 'm', messages: [] });
    return id;
  }

  /** Requests that reached the server since the last look. */
  reached(): number {
    return this.#server.requests.splice(0).length;
  }

  /** Whether a request goes over the pool. What comes from there is a `Response` of a kind of its own. */
  async usesPool(): Promise<boolean> {
    const init = { method: 'POST', body: '{}' };
    const response = await this.#transport.fetch(this.origin, init);
    expect(await response.json()).toEqual(REAL);
    expect(response).toBeInstanceOf(Response);
    return Object.getPrototypeOf(response) !== Response.prototype;
  }
}

/** Set before any request, and again after a client has been used. */
export async function expectObeyed(put: Put): Promise<void> {
  const scene = await Scene.open();
  const takeAway = put(scene.origin);
  try {
    expect(await scene.plain()).toBe('fake');
    expect(await scene.ours()).toBe('fake');
    expect(scene.reached()).toBe(0);
  } finally {
    await takeAway();
  }
  expect(await scene.ours()).toBe('real');
  expect(scene.reached()).toBe(1);
  const takeAwayAgain = put(scene.origin);
  try {
    expect(await scene.ours()).toBe('fake');
    expect(scene.reached()).toBe(0);
  } finally {
    await takeAwayAgain();
  }
  expect(await scene.usesPool()).toBe(true);
  await scene.close();
}
