import { readConfig } from './config-json.js';
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
 * @throws {ConfigError} only when `given` is no object at all; everything else goes to `problems`
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
  return {
    given,
    code,
    environment,
    config: (text === undefined ? undefined : readConfig(variable, text, runtime.readFile, problems)) ?? {},
    configName: `${variable}: `,
    sdkEnvironment: readSdkEnvironment(variables, runtime.env),
  };
}
