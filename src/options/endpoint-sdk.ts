import { isLoopback, nameFromURL } from './base-url.js';
import type { EndpointDraft } from './endpoint-draft.js';
import { type HeaderMap, isCredentialHeader, isHeaderValue, mergeHeaders, readHeaders } from './headers.js';
import type { ClientOptions } from './options.js';
import type { Preset } from './presets.js';
import { type Problems, shownName } from './problems.js';
import { mayServe, type SdkEnvironment } from './sdk-environment.js';
import { SHARED } from './sdk-options.js';

/** Stands for a key where none is needed: the SDK insists on one, and local servers take any. */
export const NO_KEY = 'no-key';

/** Parts of `fetchOptions` that would overwrite what the SDK puts into each request, the key included. */
const OVERWRITING = ['headers', 'body', 'method', 'signal'] as const;

/** What all endpoints have in common. */
export interface SharedSdkOptions {
  readonly environment: SdkEnvironment;
  /** The client's options that endpoints inherit, headers apart. */
  readonly options: Partial<ClientOptions>;
  readonly headers: HeaderMap;
}

/** The credentials of one endpoint, as far as they are known. */
interface Credentials {
  readonly apiKey: ClientOptions['apiKey'];
  readonly adminAPIKey: string | null;
  readonly organization: string | null;
  readonly project: string | null;
}

/**
 * Complete options for the SDK's client of one endpoint. What is left out, the SDK takes from `OPENAI_*`, so what must not come
 * from there is an explicit `null`.
 * @param url `undefined` where only the SDK knows it.
 */
export function endpointSdkOptions(
  draft: EndpointDraft,
  url: URL | undefined,
  preset: Preset | undefined,
  shared: SharedSdkOptions,
  problems: Problems,
): ClientOptions {
  const own = draft.options;
  const { environment } = shared;
  const served = mayServe(environment, url);
  const ownHeaders = readHeaders(own.defaultHeaders, draft.nameOf('defaultHeaders'), problems);
  const known = credentials(draft, served ? environment.values : {});
  const credentialHeader = [...ownHeaders].find(([name, value]) => isCredentialHeader(name) && value !== null)?.[0];
  const identified = own.provider != null || own.workloadIdentity != null || known.adminAPIKey !== null;
  const keyless = known.apiKey == null && !identified;
  if (
    keyless &&
    credentialHeader === undefined &&
    !(url !== undefined && isLoopback(url)) &&
    preset?.quirks.keyOptional !== true
  ) {
    problems.add(
      draft.nameOf('apiKey'),
      `is missing for ${placeOf(draft, url)} (only an address of this machine needs none)`,
    );
  }
  if (own.apiKey != null && own.workloadIdentity != null)
    problems.add(draft.nameOf('apiKey'), 'cannot stand beside workloadIdentity');
  checkCredentials(draft, known, problems);
  checkWriting(draft.nameOf('apiKey'), known.apiKey, problems);
  checkFetchOptions(own.fetchOptions, draft.nameOf('fetchOptions'), problems);

  const sdk: Record<string, unknown> = { ...shared.options };
  for (const name of SHARED) if (own[name] !== undefined) sdk[name] = own[name];
  if (own.defaultQuery !== undefined) sdk['defaultQuery'] = { ...shared.options.defaultQuery, ...own.defaultQuery };
  if (own.fetchOptions !== undefined) sdk['fetchOptions'] = { ...own.fetchOptions };
  // A key that stands in a header of its own must not be joined by a made-up one.
  const noBearer: HeaderMap = new Map(keyless && credentialHeader !== undefined ? [['authorization', null]] : []);
  sdk['defaultHeaders'] = mergeHeaders(noBearer, served ? environment.headers : new Map(), shared.headers, ownHeaders);
  if (environment.replaced) {
    sdk['webhookSecret'] ??= environment.values.webhookSecret ?? null;
    sdk['logLevel'] ??= logLevel(environment) ?? 'warn';
  }
  if (own.provider != null) sdk['provider'] = own.provider;
  // The SDK refuses a base URL beside it, even the same one.
  else if (own.dataResidency != null) sdk['dataResidency'] = own.dataResidency;
  else sdk['baseURL'] = (own.baseURL ?? preset?.baseURL ?? '').trim();
  if (own.workloadIdentity != null) sdk['workloadIdentity'] = own.workloadIdentity;
  return { ...sdk, ...known, apiKey: keyless ? NO_KEY : (known.apiKey ?? null) };
}

/** What an endpoint is called in a message about it. */
function placeOf({ options, nameOf }: EndpointDraft, url: URL | undefined): string {
  const preset = options.baseURL == null ? options.preset : undefined;
  const name = options.name ?? preset ?? (url === undefined ? undefined : nameFromURL(url));
  return name === undefined ? nameOf('baseURL') : `"${shownName(name)}"`;
}

/** `null` is the user's own way to say "none", as with the SDK; only what was not said at all comes from the environment. */
function credentials({ options: own }: EndpointDraft, environment: SdkEnvironment['values']): Credentials {
  const identity = own.workloadIdentity != null || own.provider != null;
  const pick = (name: 'adminAPIKey' | 'organization' | 'project'): string | null =>
    own[name] === undefined ? (environment[name] ?? null) : (own[name] ?? null);
  // An empty key is a variable that was not set, not a key.
  const apiKey = own.apiKey === '' ? undefined : own.apiKey;
  return {
    apiKey: apiKey === undefined && !identity ? environment.apiKey : apiKey,
    adminAPIKey: identity && own.adminAPIKey === undefined ? null : pick('adminAPIKey'),
    organization: pick('organization'),
    project: pick('project'),
  };
}

/** Adds a problem for each credential that `fetch` would refuse with an error that prints it. */
export function checkCredentials(
  { nameOf }: Pick<EndpointDraft, 'nameOf'>,
  known: Partial<Credentials>,
  problems: Problems,
): void {
  for (const [name, value] of Object.entries(known)) {
    if (typeof value !== 'string' || isHeaderValue(value)) continue;
    problems.add(nameOf(name), 'contains a line break or another character that cannot stand in a header');
  }
}

/** Adds a problem for a key that brings along what stood around it where it was copied from. */
function checkWriting(name: string, key: Credentials['apiKey'], problems: Problems): void {
  if (typeof key !== 'string') return;
  if (/^(['"]).*\1$/.test(key)) problems.add(name, 'stands in quotes; give it without them');
  if (/^bearer /i.test(key)) problems.add(name, 'begins with "Bearer"; give the key alone');
}

/** Adds a problem for each part that would overwrite what the SDK puts into a request. */
export function checkFetchOptions(options: object | undefined, name: string, problems: Problems): void {
  for (const part of OVERWRITING) {
    if (options === undefined || !Object.hasOwn(options, part)) continue;
    const instead = part === 'headers' ? '; use defaultHeaders' : '';
    problems.add(`${name}.${part}`, `would overwrite what belongs to each request${instead}`);
  }
}

/** The log level of the environment that was given instead of the process's. */
export function logLevel(environment: SdkEnvironment): ClientOptions['logLevel'] {
  const level = environment.values.logLevel;
  return (['off', 'error', 'warn', 'info', 'debug'] as const).find((known) => known === level);
}
