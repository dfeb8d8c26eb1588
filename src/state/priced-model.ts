/** What OpenAI's moderation takes for a call that names no model. */
const DEFAULT_MODERATION = 'omni-moderation-latest';

/** The name under which a price is looked up: that of the target, or the provider's default for the kind of call. */
export function pricedModel(operation: string, model: string): string {
  return model === '' && operation === 'moderations' ? DEFAULT_MODERATION : model;
}
