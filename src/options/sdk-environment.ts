/** The environment variables of the SDK itself: what they say, and which endpoint they may serve. */
import { isOpenAI, isSameBaseURL } from './base-url.js';
import type { HeaderMap } from './headers.js';

/** The environment as the process gave it. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The variable each option of the SDK defaults to. */
export const SDK_VARIABLES = {
  apiKey: 'OPENAI_API_KEY',
  adminAPIKey: 'OPENAI_ADMIN_KEY',
  organization: 'OPENAI_ORG_ID',
  project: 'OPENAI_PROJECT_ID',
  webhookSecret: 'OPENAI_WEBHOOK_SECRET',
  baseURL: 'OPENAI_BASE_URL',
  logLevel: 'OPENAI_LOG',
} as const;

/** What the SDK's variables say. */
export interface SdkEnvironment {
  readonly values: { readonly [Option in keyof typeof SDK_VARIABLES]?: string };
  readonly headers: HeaderMap;
  /** The headers the SDK will add to every client by itself, whatever its base URL. */
  readonly processHeaders: HeaderMap;
  /** These are not the variables the SDK will read, so that everything has to be handed to it. */
  readonly replaced: boolean;
}

/** The value of a variable as the SDK reads it: without blanks around, and none if nothing is left. */
export function readVariable(variables: Variables, name: string): string | undefined {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  return typeof value === 'string' ? value.trim() || undefined : undefined;
}

/** @param variables Those to go by. @param process Those the SDK sees. */
export function readSdkEnvironment(variables: Variables, process: Variables): SdkEnvironment {
  const values: Record<string, string> = {};
  for (const [option, name] of Object.entries(SDK_VARIABLES)) {
    const value = readVariable(variables, name);
    if (value !== undefined) values[option] = value;
  }
  const processHeaders = customHeaders(process);
  const replaced = variables !== process;
  return { values, headers: replaced ? customHeaders(variables) : processHeaders, processHeaders, replaced };
}

/** `OPENAI_CUSTOM_HEADERS`: one `name: value` per line, as the SDK takes it apart. */
function customHeaders(variables: Variables): HeaderMap {
  const map = new Map<string, string>();
  for (const line of readVariable(variables, 'OPENAI_CUSTOM_HEADERS')?.split('\n') ?? []) {
    const colon = line.indexOf(':');
    if (colon > 0) map.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return map;
}

/**
 * Whether the SDK's variables may serve an endpoint: only OpenAI's own API, or the place that `OPENAI_BASE_URL` names. Anyone
 * else would be handed OpenAI credentials.
 */
export function mayServe(environment: SdkEnvironment, url: URL | undefined): boolean {
  if (url === undefined) return false;
  if (isOpenAI(url)) return true;
  const own = environment.values.baseURL;
  return own !== undefined && URL.canParse(own) && isSameBaseURL(new URL(own), url);
}
