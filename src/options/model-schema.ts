/** The shapes of settings that calls, aliases and the client share, and of aliases. */
import { isName, KIND } from './kinds.js';
import type { CallLimits, ModelRoute } from './options.js';
import { choose, fullList, leaf, object, required, type Schema, type Shape, words } from './shape.js';

/** Durations that may stand on the client and on an alias. */
export const callLimits = (): Shape<CallLimits> => ({
  deadlineMs: leaf(KIND.durationMs),
  firstEventTimeoutMs: leaf(KIND.durationMs),
  idleTimeoutMs: leaf(KIND.durationMs),
  commitAfterMs: leaf(KIND.waitMs),
});

/** What an alias stands for. */
export function modelTarget(): Schema {
  const step = choose((value) =>
    typeof value === 'string' ? required(KIND.name) : object({ model: required(KIND.name), endpoint: leaf(KIND.name) }),
  );
  const steps = fullList(step, 'models');
  const route = object({
    ...callLimits(),
    targets: choose((value) => (Array.isArray(value) ? steps : step)),
    maxRetries: leaf(KIND.count),
    balance: words('weighted', 'latency'),
  } satisfies Shape<ModelRoute>);
  return choose((value) => {
    if (typeof value !== 'object' || value === null)
      return required({
        accepts: isName,
        expected: `a model (${KIND.name.expected}), a list of models, or an object with \`targets\``,
      });
    if (Array.isArray(value)) return steps;
    return 'targets' in value ? route : step;
  });
}
