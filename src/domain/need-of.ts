import type { Need } from './limits.js';

/** Fills the gaps of a need: one request and nothing else. */
export function needOf(partial: Partial<Need>): Need {
  return {
    requests: partial.requests ?? 1,
    tokens: partial.tokens ?? 0,
    images: partial.images ?? 0,
    audioMinutes: partial.audioMinutes ?? 0,
  };
}
