import type { Environment } from './environment.js';
import { isCredentialHeader } from './headers.js';
import type { ClientOptions, EndpointOptions, GatewayOptions } from './options.js';
import type { Problems } from './problems.js';
import { ENDPOINT_SCOPED } from './sdk-options.js';
import { ENDPOINT_VARIABLES } from './variables.js';

/** An endpoint as it was described, before anything is inherited, filled in or checked. */
export interface EndpointDraft {
  readonly options: EndpointOptions;
  /** How a field is called in problems: an option path or a variable. */
  readonly nameOf: (field: string) => string;
  /** The place in the list or the number in the variables, from 1. */
  readonly position: number;
  readonly defaultTier: number;
}

/** Endpoints given as a list. */
export function draftsFromList(
  endpoints: readonly (EndpointOptions | undefined)[],
  prefix: string,
): readonly EndpointDraft[] {
  // Weights without tiers share out one tier; a plain list is an order of preference.
  const shared =
    endpoints.some((one) => one?.weight !== undefined) && endpoints.every((one) => one?.tier === undefined);
  return endpoints.flatMap((options, index) => {
    // Set aside because it is no object at all.
    if (options === undefined) return [];
    const nameOf = (field: string): string => `${prefix}endpoints[${index}]${field === '' ? '' : `.${field}`}`;
    return [{ options, nameOf, position: index + 1, defaultTier: shared ? 1 : index + 1 }];
  });
}

/** One endpoint made of options that stand at the top. */
export function draftFromTop(options: GatewayOptions, prefix: string): EndpointDraft {
  const own: Record<string, unknown> = {};
  for (const name of [...ENDPOINT_SCOPED, 'preset'] as const)
    if (options[name] !== undefined) own[name] = options[name];
  return {
    options: own,
    nameOf: (field) => `${prefix}${field === '' ? 'options' : field}`,
    position: 1,
    defaultTier: 1,
  };
}

/**
 * Endpoints of the environment: those of `LLM_CONFIG` by their place in the list, each variable winning over the field it
 * stands for, and further ones by number.
 */
export function draftsFromEnvironment(
  environment: Environment,
  config: GatewayOptions,
  configName: string,
  problems: Problems,
): readonly EndpointDraft[] {
  const listed =
    config.endpoints === undefined
      ? isEndpoint(config)
        ? [draftFromTop(config, configName)]
        : []
      : draftsFromList(config.endpoints, configName);
  const numbers = new Set([...listed.map(({ position }) => position), ...environment.endpoints.keys()]);
  const drafts: EndpointDraft[] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const fromList = listed.find(({ position }) => position === number);
    const fromVariables = environment.endpoints.get(number);
    if (fromVariables === undefined) drafts.push(fromList as EndpointDraft);
    else if (fromList !== undefined) {
      checkKeyIsBound(fromList.options, fromVariables.options, fromVariables.variable, problems);
      const inVariables = new Set(Object.keys(fromVariables.options));
      drafts.push({
        ...fromList,
        options: { ...fromList.options, ...fromVariables.options },
        nameOf: (field) => (inVariables.has(field) ? fromVariables.variable(field) : fromList.nameOf(field)),
      });
    } else if (fromVariables.options.baseURL === undefined) {
      const [field] = Object.keys(fromVariables.options);
      const missing = fromVariables.variable('baseURL');
      problems.add(
        fromVariables.variable(field ?? 'baseURL'),
        `describes endpoint ${number}, which has no base URL; set ${missing} (https://api.openai.com/v1 for OpenAI)`,
      );
    } else {
      drafts.push({
        options: fromVariables.options,
        nameOf: (field) => (isVariableField(field) ? fromVariables.variable(field) : fromVariables.variable('baseURL')),
        position: number,
        defaultTier: number,
      });
    }
  }
  return drafts;
}

const isVariableField = (field: string): boolean => ENDPOINT_VARIABLES.some((known) => known.field === field);

/** Whether options at the top describe a place, and not only what all places have in common. */
export function isEndpoint(options: Pick<GatewayOptions, keyof ClientOptions | 'preset'>): boolean {
  const { baseURL, preset, provider, dataResidency, credential, x509Transport } = options;
  return [baseURL, preset, provider, dataResidency, credential, x509Transport].some(
    (value) => value !== undefined && value !== null,
  );
}

/** Credentials go only where they were meant to go: a base URL from a variable does not get those of another place. */
function checkKeyIsBound(
  listed: EndpointOptions,
  fromVariables: EndpointOptions,
  variable: (field: string) => string,
  problems: Problems,
): void {
  if (fromVariables.baseURL === undefined || originOf(fromVariables.baseURL) === originOf(listed.baseURL)) return;
  if (listed.apiKey != null && fromVariables.apiKey === undefined) {
    problems.add(
      variable('apiKey'),
      `is needed beside ${variable('baseURL')}: the key in the JSON belongs to another place`,
    );
  }
  const others = listed.adminAPIKey != null || listed.organization != null || listed.project != null;
  if (others || Object.keys(listed.defaultHeaders ?? {}).some(isCredentialHeader)) {
    problems.add(
      variable('baseURL'),
      'names another place than the JSON, whose credentials belong there; change the JSON instead',
    );
  }
}

function originOf(url: string | null | undefined): string | undefined {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).origin : undefined;
}
