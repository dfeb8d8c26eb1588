/**
 * Consumption of one attempt or call, in tokens unless a name says otherwise. A field that the provider did not report is
 * absent, never zero. `inputTokens` includes cached ones and `outputTokens` includes reasoning, as in the OpenAI API.
 */
export interface Usage {
  readonly inputTokens?: number;
  readonly cachedInputTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly outputTokens?: number;
  readonly reasoningTokens?: number;
  readonly audioInputTokens?: number;
  readonly audioOutputTokens?: number;
  readonly imageInputTokens?: number;
  readonly totalTokens?: number;
  /** Where the figures come from: the provider's reply, or our own estimate. */
  readonly source: 'reported' | 'estimated';
}
