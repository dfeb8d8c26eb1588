import type { Emitter, HookErrorEvent, Hooks } from './events.js';

/**
 * An emitter for `hooks`. Payloads are frozen. Errors of hooks, thrown or rejected, go to `onHookError`, or to `report` when
 * there is none; they never reach the call.
 */
export function createEmitter(hooks: Hooks, report: (event: HookErrorEvent) => void): Emitter {
  const failed = (hook: string, error: unknown): void => {
    const event = Object.freeze({ hook, error });
    try {
      if (hooks.onHookError === undefined || hook === 'onHookError') {
        report(event);
        return;
      }
      const result = hooks.onHookError(event);
      if (result instanceof Promise) result.catch(() => report(event));
    } catch {
      report(event);
    }
  };
  return {
    listens: (name) => hooks[name] !== undefined,
    emit(name, event) {
      const hook = hooks[name];
      if (hook === undefined) return;
      try {
        const result: unknown = hook(Object.freeze(event));
        if (typeof result === 'object' && result !== null && 'then' in result) {
          Promise.resolve(result).catch((error: unknown) => failed(name, error));
        }
      } catch (error) {
        failed(name, error);
      }
    },
  };
}
