import type { Behaviour } from './behaviour.js';
import { CALL_BEHAVIOURS } from './behaviours-calls.js';
import { HELPER_BEHAVIOURS } from './behaviours-helpers.js';
import { REQUEST_BEHAVIOURS } from './behaviours-requests.js';

/** What users of the SDK rely on. */
export const BEHAVIOURS: readonly Behaviour[] = [...CALL_BEHAVIOURS, ...REQUEST_BEHAVIOURS, ...HELPER_BEHAVIOURS];
