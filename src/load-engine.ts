/**
 * Loads what serves calls, in the background and once per process, when the first client is made: importing the package and
 * checking a configuration need none of it.
 */
import type { OpenAI as SDK } from 'openai';
import type { DirectSender } from './direct-sender.js';
import type { Call, EndpointPort } from './domain/call.js';
import type { Outcome } from './domain/outcome.js';
import type { EndpointPart, PortOwner } from './endpoint-part.js';
import type { Engine, EngineParts } from './engine.js';
import type { ShuttingDownError } from './errors.js';

type EngineModule = typeof import('./engine.js');

let loaded: EngineModule | undefined;
let loading: Promise<EngineModule> | undefined;

/** Says that it is there already. */
export function provideEngine(module: EngineModule): EngineModule {
  loaded = module;
  return module;
}

/** @throws what `import()` throws, e.g. where a bundle was copied in part; the next call tries again */
export function loadEngine(): Promise<EngineModule> {
  loading ??= import('./engine.js').then(provideEngine).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/**
 * What sends the requests of one client past the SDK, or nothing as long as it is not loaded.
 * @param methods Those of the class whose own way of building and sending requests is known.
 * @param isPrivate Nobody else can get hold of the client.
 */
export function senderOf(client: SDK, methods: object, isPrivate: boolean): DirectSender | undefined {
  return loaded && new loaded.DirectSender(client, methods, isPrivate);
}

/** An endpoint as the calls of one client see it. Asked for by calls under way, which have the engine loaded. */
export function openPort(part: EndpointPart, owner: PortOwner): EndpointPort {
  return (loaded as EngineModule).openPort(part, owner);
}

/** Puts what happened beside an error of a call, which has the engine loaded. */
export function markError(...marked: Parameters<EngineModule['markError']>): void {
  loaded?.markError(...marked);
}

/** The engine of one client and its clones, which may still be on its way. */
export class LazyEngine {
  readonly #parts: EngineParts;
  #engine: Engine | undefined;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** The engine, as soon as its code is loaded. */
  get now(): Engine | undefined {
    this.#engine ??= loaded?.createEngine(this.#parts);
    return this.#engine;
  }

  async load(): Promise<Engine> {
    if (loaded === undefined) await loadEngine();
    return this.now as Engine;
  }

  /** Runs a call; those that came before the engine run in their order when it is there. */
  run(call: Call): Promise<Outcome> {
    return this.now?.run(call) ?? this.#runLater(call);
  }

  async #runLater(call: Call): Promise<Outcome> {
    const { lifecycle } = this.#parts;
    let stopped: ShuttingDownError | undefined;
    const waiting = {
      abort(reason: ShuttingDownError): void {
        stopped = reason;
      },
    };
    lifecycle.guard(waiting);
    try {
      const engine = await this.load();
      if (stopped === undefined) return await engine.run(call);
    } catch (error) {
      lifecycle.end(call);
      throw error;
    } finally {
      lifecycle.unguard(waiting);
    }
    lifecycle.end(call);
    throw stopped;
  }
}
