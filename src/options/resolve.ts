import type { GatewayOptions } from './options.js';
import type { ResolvedConfig } from './resolved-config.js';

/** What `resolveOptions` needs of the process. */
export interface Runtime {
  /** The environment the SDK sees too. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads a text file; throws when it cannot. */
  readonly readFile: (path: string) => string;
}

/**
 * Merges options, environment and defaults into one checked configuration.
 * @throws {ConfigError} with every problem found
 */
export declare function resolveOptions(options: GatewayOptions, runtime: Runtime): ResolvedConfig;
