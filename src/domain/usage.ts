import type { ReportedCost } from './price-reported.js';

/**
 * Consumption of one attempt or call, in tokens unless a name says otherwise. A field that the provider did not report is
 * absent, never zero. `inputTokens` includes cached ones and `outputTokens` includes reasoning, as in the OpenAI API.
 */
export interface Usage {
  readonly inputTokens?: number;
  /** Part of `inputTokens` that was read from the provider's prompt cache. */
  readonly cachedInputTokens?: number;
  /** Part of `inputTokens` that was written to the provider's prompt cache, whatever its lifetime. */
  readonly cacheWriteTokens?: number;
  /** Part of `cacheWriteTokens` that was written with a lifetime of an hour (dearer at Anthropic). */
  readonly cacheWrite1hTokens?: number;
  readonly outputTokens?: number;
  /** Part of `outputTokens`. */
  readonly reasoningTokens?: number;
  /** Part of `inputTokens`. */
  readonly audioInputTokens?: number;
  /** Part of `outputTokens`. */
  readonly audioOutputTokens?: number;
  /** Part of `inputTokens`. */
  readonly imageInputTokens?: number;
  /** Part of `outputTokens`. */
  readonly imageOutputTokens?: number;
  readonly totalTokens?: number;
  /** Length of transcribed or spoken audio in seconds, where the provider bills by time. */
  readonly audioSeconds?: number;
  /** Pictures made, where the provider bills by picture. */
  readonly imageCount?: number;
  /** Characters spoken, where the provider bills text-to-speech by character. */
  readonly characterCount?: number;
  /** What the provider itself says it charged. */
  readonly reportedCost?: ReportedCost;
  /** Where the figures come from: the provider's reply, or our own estimate. */
  readonly source: 'reported' | 'estimated';
}
