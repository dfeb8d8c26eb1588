/** Whether a client still goes the SDK's own way. Each comparison is written out: looked up by name they would cost a call more than they save it. */
import { OpenAI as SDK } from 'openai';
import { SDK_METHODS } from './sdk-methods.js';

/** What the SDK's client calls on itself while it builds a request. Much is private, which keeps no subclass and no test from replacing it. */
interface Building {
  readonly adminAPIKeyAuth: unknown;
  readonly authHeaders: unknown;
  readonly bearerAuth: unknown;
  readonly buildBody: unknown;
  readonly buildHeaders: unknown;
  readonly buildRequest: unknown;
  readonly buildURL: unknown;
  readonly defaultQuery: unknown;
  readonly getUserAgent: unknown;
  readonly stringifyQuery: unknown;
  readonly validateHeaders: unknown;
}

/** The same while it sends one and judges the answer. */
interface Sending {
  readonly _makeAbort: unknown;
  readonly _makeUserAbortError: unknown;
  readonly fetchWithAuth: unknown;
  readonly fetchWithTimeout: unknown;
  readonly makeRequest: unknown;
  readonly makeStatusError: unknown;
  readonly prepareOptions: unknown;
  readonly prepareRequest: unknown;
  readonly responsePromise: unknown;
  readonly shouldRetry: unknown;
}

/** Entered from our own class, which has another one. */
interface Entered {
  readonly request: unknown;
}

const sdk = SDK.prototype as unknown as Building & Sending & Entered;
const kept = SDK_METHODS as Building & Sending & Entered;

/** Whether a client builds requests as its class did when it was loaded. */
export function buildsAs(client: object, methods: object): boolean {
  return isBuilding(client as Building, methods as Building);
}

/** Whether a client sends requests as its class did when it was loaded. */
export function sendsAs(client: object, methods: object): boolean {
  return isSending(client as Sending, methods as Sending);
}

/** Whether the SDK's class is as it was when it was loaded. */
export function sdkIsAsLoaded(): boolean {
  return isSending(sdk, kept) && isBuilding(sdk, kept) && sdk.request === kept.request;
}

function isBuilding(now: Building, usual: Building): boolean {
  return (
    now.adminAPIKeyAuth === usual.adminAPIKeyAuth &&
    now.authHeaders === usual.authHeaders &&
    now.bearerAuth === usual.bearerAuth &&
    now.buildBody === usual.buildBody &&
    now.buildHeaders === usual.buildHeaders &&
    now.buildRequest === usual.buildRequest &&
    now.buildURL === usual.buildURL &&
    now.defaultQuery === usual.defaultQuery &&
    now.getUserAgent === usual.getUserAgent &&
    now.stringifyQuery === usual.stringifyQuery &&
    now.validateHeaders === usual.validateHeaders
  );
}

function isSending(now: Sending, usual: Sending): boolean {
  return (
    now._makeAbort === usual._makeAbort &&
    now._makeUserAbortError === usual._makeUserAbortError &&
    now.fetchWithAuth === usual.fetchWithAuth &&
    now.fetchWithTimeout === usual.fetchWithTimeout &&
    now.makeRequest === usual.makeRequest &&
    now.makeStatusError === usual.makeStatusError &&
    now.prepareOptions === usual.prepareOptions &&
    now.prepareRequest === usual.prepareRequest &&
    now.responsePromise === usual.responsePromise &&
    now.shouldRetry === usual.shouldRetry
  );
}
