import { type EndpointContext, resolveEndpoints } from './endpoint.js';
import {
  draftFromTop,
  draftsFromEnvironment,
  draftsFromList,
  type EndpointDraft,
  isEndpoint,
} from './endpoint-draft.js';
import { checkFetchOptions } from './endpoint-sdk.js';
import { IGNORED, isCredentialHeader, isCredentialParameter, readHeaders } from './headers.js';
import type { GatewayOptions } from './options.js';
import type { Problems } from './problems.js';
import type { ResolvedEndpoint } from './resolved-config.js';
import { resolveSdkOnly } from './sdk-only.js';
import { ENDPOINT_SCOPED, SHARED } from './sdk-options.js';
import type { Sources } from './sources.js';

/** Where the endpoints come from: the one source that counts. */
export type EndpointSource = 'list' | 'preset' | 'environment' | 'sdk';

/** Code wins over environment and `LLM_CONFIG` together; without either it is the SDK's own configuration. */
export function endpointSource(sources: Sources): EndpointSource {
  const { code } = sources;
  if (code.endpoints !== undefined) return 'list';
  if (isEndpoint(code)) return code.preset === undefined ? 'sdk' : 'preset';
  return describesEndpoints(sources) ? 'environment' : 'sdk';
}

/** All endpoints. */
export function chooseEndpoints(
  sources: Sources,
  context: EndpointContext,
  warnings: string[],
): readonly ResolvedEndpoint[] {
  const { code, environment, config, configName } = sources;
  const { problems } = context;
  const source = endpointSource(sources);
  const bare = isBare(sources);
  if (code.endpoints === undefined && (!isEndpoint(code) || bare)) {
    for (const problem of environment.endpointProblems) problems.add(problem.name, problem.message);
  }
  switch (source) {
    case 'list':
      refuseBesideEndpoints(code, '', problems);
      return fromDrafts(draftsFromList(code.endpoints ?? [], ''), sources, context);
    case 'preset':
      return resolveEndpoints([draftFromTop(code, '')], context);
    case 'environment':
      refuseKeyWithoutPlace(sources, context);
      return fromDrafts(draftsFromEnvironment(environment, config, configName, problems), sources, context);
    case 'sdk': {
      const parts = {
        given: sources.given,
        compat: (code.compat ?? config.compat) === 'sdk',
        fallback: {
          ...Object.fromEntries(SHARED.map((name) => [name, config[name]])),
          timeout: environment.timeout ?? config.timeout,
          maxRetries: environment.maxRetries ?? config.maxRetries,
        },
        own: bare ? (environment.endpoints.get(1)?.options ?? {}) : {},
        nameOf: (field: string) => environment.endpoints.get(1)?.variable(field) ?? field,
      };
      return [resolveSdkOnly(parts, context, warnings)];
    }
  }
}

/** Whether environment or `LLM_CONFIG` describe any endpoint. */
function describesEndpoints(sources: Sources): boolean {
  const { environment, config } = sources;
  return (
    config.endpoints !== undefined ||
    scopedOptions(config).length > 0 ||
    (environment.endpoints.size > 0 && !isBare(sources))
  );
}

/**
 * Whether the variables only say something about the one endpoint there is, such as `LLM_RPM`. That needs no base URL; beside
 * one, or beside a key for which the code has no other, it is about an endpoint of the environment.
 */
function isBare({ code, config, environment }: Sources): boolean {
  const only = environment.endpoints.get(1)?.options;
  if (
    only === undefined ||
    environment.endpoints.size > 1 ||
    config.endpoints !== undefined ||
    scopedOptions(config).length > 0
  )
    return false;
  return only.baseURL === undefined && (only.apiKey === undefined || code.apiKey !== undefined);
}

/** Options at the top that belong to one endpoint. */
function scopedOptions(options: GatewayOptions): readonly (keyof GatewayOptions)[] {
  return ([...ENDPOINT_SCOPED, 'preset'] as const).filter(
    (name) => options[name] !== undefined && options[name] !== null,
  );
}

function refuseBesideEndpoints(options: GatewayOptions, prefix: string, problems: Problems): void {
  for (const name of scopedOptions(options)) {
    problems.add(`${prefix}${name}`, 'cannot stand beside `endpoints`: it belongs to one of them, so move it there');
  }
}

/**
 * A key in code beside endpoints of the environment: nobody said whose it is. One that only repeats `OPENAI_API_KEY`, as
 * `new OpenAI({ apiKey: process.env.OPENAI_API_KEY })` does, says nothing new and goes where that variable may go.
 */
function refuseKeyWithoutPlace({ code, config, configName, environment }: Sources, context: EndpointContext): void {
  const { problems, shared } = context;
  const known: Readonly<Record<string, unknown>> = shared.environment.values;
  for (const name of scopedOptions(code)) {
    if (typeof code[name] === 'string' && String(code[name]).trim() === known[name]) continue;
    const source = config.endpoints === undefined ? environment.variable('BASE_URL') : configName.replace(/: $/, '');
    problems.add(
      name,
      `belongs to one endpoint, and the endpoints come from ${source}; give \`baseURL\` beside it, list \`endpoints\` in code, or set ${environment.variable('API_KEY')}`,
    );
  }
  if (config.endpoints !== undefined) refuseBesideEndpoints(config, configName, problems);
  else if (!isEndpoint(config)) {
    for (const name of scopedOptions(config))
      problems.add(`${configName}${name}`, 'needs a `baseURL` or a `preset` beside it');
  }
}

/** Endpoints of their own: everything at the top is then for all of them, and must not be a credential. */
function fromDrafts(
  drafts: readonly EndpointDraft[],
  { code, config, configName }: Sources,
  context: EndpointContext,
): readonly ResolvedEndpoint[] {
  const { problems } = context;
  const refuse = (name: string): void =>
    problems.add(name, 'would be sent to every endpoint; give it to the endpoint it belongs to');
  for (const [options, prefix] of [
    [code, ''],
    [config, configName],
  ] as const) {
    const headers = readHeaders(options.defaultHeaders, '', IGNORED);
    for (const name of headers.keys())
      if (isCredentialHeader(name) && headers.get(name) !== null) refuse(`${prefix}defaultHeaders.${name}`);
    for (const name of Object.keys(options.defaultQuery ?? {}))
      if (isCredentialParameter(name)) refuse(`${prefix}defaultQuery.${name}`);
    checkFetchOptions(options.fetchOptions, `${prefix}fetchOptions`, problems);
  }
  return resolveEndpoints(drafts, context);
}
