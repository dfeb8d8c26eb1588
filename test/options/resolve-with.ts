import { ConfigError, type ConfigProblem } from '../../src/errors.js';
import type { GatewayOptions } from '../../src/options/options.js';
import { resolveOptions } from '../../src/options/resolve.js';
import type { ResolvedConfig, ResolvedEndpoint } from '../../src/options/resolved-config.js';

/** The environment and the files of an imagined process. */
export interface Surroundings {
  readonly env?: Record<string, string | undefined>;
  readonly files?: Record<string, string>;
}

/** Options that types would refuse, as a program without types can write them. */
export const loose = (options: unknown): GatewayOptions => options as GatewayOptions;

export function resolve(options: GatewayOptions = {}, { env = {}, files = {} }: Surroundings = {}): ResolvedConfig {
  return resolveOptions(options, {
    env,
    readFile: (path) => {
      const text = Object.hasOwn(files, path) ? files[path] : undefined;
      if (text === undefined)
        throw Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: 'ENOENT' });
      return text;
    },
  });
}

/** The error of a configuration that cannot work. */
export function errorOf(options: GatewayOptions, surroundings?: Surroundings): ConfigError {
  try {
    resolve(options, surroundings);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

/** Problems by name; a name with several problems has the last one. */
export function problemsOf(options: GatewayOptions, surroundings?: Surroundings): Record<string, string> {
  const problems: readonly ConfigProblem[] = errorOf(options, surroundings).problems;
  return Object.fromEntries(problems.map(({ name, message }) => [name, message]));
}

/** The only endpoint, or the one at that place. */
export function endpointOf(config: ResolvedConfig, index = 0): ResolvedEndpoint {
  const endpoint = config.endpoints[index];
  if (endpoint === undefined) throw new Error(`there is no endpoint ${index}`);
  return endpoint;
}

/** What routes stand for, readable: `model` or `endpoint:model`. */
export function stepsOf(config: ResolvedConfig, alias: string): readonly string[] | undefined {
  return config.aliases
    .get(alias)
    ?.steps.map(({ endpoint, model }) => (endpoint === undefined ? model : `${endpoint}:${model}`));
}

/** An endpoint that has everything it needs. */
export const GOOD = { name: 'good', baseURL: 'https://good.example/v1', apiKey: 'key-of-good' } as const;
