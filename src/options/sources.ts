import { readConfig } from './config-json.js';
import { isEndpoint } from './endpoint-draft.js';
import { type Environment, readEnvironment } from './environment.js';
import type { GatewayOptions } from './options.js';
import type { Problems } from './problems.js';
import { gatewaySchema } from './schema.js';
import { readSdkEnvironment, type SdkEnvironment, type Variables } from './sdk-environment.js';
import { checkShape } from './shape.js';

/** What reading the configuration needs of the process. */
export interface Runtime {
  /** The environment the SDK sees too. */
  readonly env: Variables;
  /** Reads a text file; throws when it cannot. */
  readonly readFile: (path: string) => string;
}

/** Everything that says how the client is configured, checked for its shape and not merged yet. */
export interface Sources {
  /** The user's own object. */
  readonly given: GatewayOptions;
  /** A copy of it, without what is wrong in shape. */
  readonly code: GatewayOptions;
  readonly environment: Environment;
  /** What `LLM_CONFIG` says. */
  readonly config: GatewayOptions;
  /** Stands before the paths of `config` in problems. */
  readonly configName: string;
  readonly sdkEnvironment: SdkEnvironment;
}

/**
 * Reads code, environment and `LLM_CONFIG`.
 * @throws {ConfigError} when nothing can be said beyond the problems found: `given` is no object at all, or `LLM_CONFIG` is lost
 */
export function readSources(given: GatewayOptions, runtime: Runtime, problems: Problems): Sources {
  const code = checkShape(gatewaySchema('code'), given, '', problems) as GatewayOptions | undefined;
  if (code === undefined) {
    problems.throwIfFound();
    return readSources({}, runtime, problems);
  }
  const variables = code.env === false ? {} : (code.env ?? runtime.env);
  const environment = readEnvironment(variables, code.envPrefix ?? 'LLM');
  for (const problem of environment.problems) problems.add(problem.name, problem.message);
  const variable = environment.variable('CONFIG');
  const text = environment.config;
  const config = text === undefined ? {} : readConfig(variable, text, runtime.readFile, problems);
  // Without it nobody knows where to send anything; complaining about that too would only hide the reason.
  if (config === undefined && code.endpoints === undefined && !isEndpoint(code)) problems.throwIfFound();
  return {
    given,
    code,
    environment,
    config: config ?? {},
    configName: `${variable}: `,
    sdkEnvironment: readSdkEnvironment(variables, runtime.env),
  };
}
