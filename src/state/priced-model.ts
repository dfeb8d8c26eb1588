import type { Attempt } from '../domain/call.js';

/** What OpenAI's moderation takes for a call that names no model. */
const DEFAULT_MODERATION = 'omni-moderation-latest';

/** The name under which the price of an attempt is looked up: that of its target, or the provider's default. */
export function pricedModel({ call, target }: Pick<Attempt, 'call' | 'target'>): string {
  return target.model === '' && call.operation.name === 'moderations' ? DEFAULT_MODERATION : target.model;
}
