import { KIND, type Kind, oneOf } from './kinds.js';
import type { ClientOptions } from './options.js';

/** How one option of the SDK is treated when there are several endpoints. */
interface SdkOption {
  readonly kind: Kind;
  /**
   * `endpoint`: says where to and with which credentials, so it belongs to one endpoint and is never inherited.
   * `shared`: makes sense for all endpoints; each may have its own.
   */
  readonly scope: 'endpoint' | 'shared';
  /** Cannot be written in JSON. */
  readonly codeOnly?: true;
}

/** All options of the SDK's client. A new one in the SDK fails to compile here until somebody has decided about it. */
export const SDK_OPTIONS = {
  apiKey: { kind: KIND.key, scope: 'endpoint' },
  adminAPIKey: { kind: KIND.textOrNull, scope: 'endpoint' },
  organization: { kind: KIND.textOrNull, scope: 'endpoint' },
  project: { kind: KIND.textOrNull, scope: 'endpoint' },
  baseURL: { kind: KIND.textOrNull, scope: 'endpoint' },
  dataResidency: { kind: oneOf('global', 'us', 'eu', 'ae', 'au', 'in', 'jp'), scope: 'endpoint' },
  provider: { kind: KIND.objectOrNull, scope: 'endpoint', codeOnly: true },
  workloadIdentity: { kind: KIND.objectOrNull, scope: 'endpoint', codeOnly: true },
  x509Transport: { kind: KIND.objectOrNull, scope: 'endpoint', codeOnly: true },
  credential: { kind: KIND.objectOrNull, scope: 'endpoint', codeOnly: true },
  // Only verifies what comes in by webhook and is never sent, so it may be shared.
  webhookSecret: { kind: KIND.textOrNull, scope: 'shared' },
  timeout: { kind: KIND.timeout, scope: 'shared' },
  maxRetries: { kind: KIND.count, scope: 'shared' },
  fetch: { kind: KIND.callback, scope: 'shared', codeOnly: true },
  fetchOptions: { kind: KIND.object, scope: 'shared', codeOnly: true },
  defaultHeaders: { kind: KIND.object, scope: 'shared' },
  defaultQuery: { kind: KIND.object, scope: 'shared' },
  dangerouslyAllowBrowser: { kind: KIND.flag, scope: 'shared' },
  logLevel: { kind: oneOf('off', 'error', 'warn', 'info', 'debug'), scope: 'shared' },
  logger: { kind: KIND.objectOrCallback, scope: 'shared', codeOnly: true },
} as const satisfies Record<keyof ClientOptions, SdkOption>;

/** Name of an option of the SDK's client. */
export type SdkOptionName = keyof typeof SDK_OPTIONS;

const ENTRIES = Object.entries(SDK_OPTIONS) as readonly (readonly [SdkOptionName, SdkOption])[];

/** The options that belong to one endpoint. */
export const ENDPOINT_SCOPED: readonly SdkOptionName[] = ENTRIES.filter(
  ([, option]) => option.scope === 'endpoint',
).map(([name]) => name);

/** The options that every endpoint inherits from the client. */
export const SHARED: readonly SdkOptionName[] = ENTRIES.filter(([, option]) => option.scope === 'shared').map(
  ([name]) => name,
);

/** The options that only code can give. */
export const SDK_CODE_ONLY: readonly SdkOptionName[] = ENTRIES.filter(([, option]) => option.codeOnly).map(
  ([name]) => name,
);
