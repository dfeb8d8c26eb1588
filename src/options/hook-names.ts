import type { GatewayEvents } from '../events.js';

/** Every hook there is. A new event fails to compile here until its hook has been added. */
export const HOOK_NAMES: Readonly<Record<keyof GatewayEvents, true>> = {
  onCallStarted: true,
  onAttemptStarted: true,
  onAttemptFailed: true,
  onFallback: true,
  onCallSettled: true,
  onRateLimited: true,
  onEndpointTrouble: true,
  onCircuitOpened: true,
  onCircuitClosed: true,
  onUsage: true,
  onCost: true,
  onBudgetThreshold: true,
  onPriceDrift: true,
  onPriceUnknown: true,
  onStoreError: true,
  onHookError: true,
};
