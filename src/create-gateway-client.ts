import { OpenAI } from './openai.js';
import type { GatewayOptions, ModelAliases } from './options/options.js';
import type {
  ClosedChat,
  ClosedCompletions,
  ClosedResponses,
  OpenChat,
  OpenCompletions,
  OpenEmbeddings,
  OpenResponses,
} from './typed-models.js';

/** A gateway client that suggests its aliases wherever a `model` is asked for. Usable wherever the SDK's `OpenAI` is. */
export interface OpenGatewayClient<Alias extends string> extends OpenAI {
  chat: OpenChat<Alias>;
  completions: OpenCompletions<Alias>;
  responses: OpenResponses<Alias>;
  embeddings: OpenEmbeddings<Alias>;
}

/** A gateway client that takes its aliases and no other model names (`strictModels: true`). */
export interface StrictGatewayClient<Alias extends string> extends OpenAI {
  chat: ClosedChat<Alias>;
  completions: ClosedCompletions<Alias>;
  responses: ClosedResponses<Alias>;
}

type AliasOf<Options> = Options extends { models: infer Models } ? keyof Models & string : never;

/** The type of the client that {@link createGatewayClient} makes from these options. */
export type ClientOf<Options> = Options extends { strictModels: true }
  ? StrictGatewayClient<AliasOf<Options>>
  : OpenGatewayClient<AliasOf<Options>>;

/**
 * Makes a client: the SDK's `OpenAI` with a gateway inside. Without options everything comes from the environment.
 * Alias names are inferred into the type of `model`, and misspelt options do not compile.
 * @throws {ConfigError} with every problem found in options and environment
 */
export function createGatewayClient<
  const Models extends ModelAliases = Record<never, never>,
  const Strict extends boolean = false,
>(
  options?: GatewayOptions<Models> & { strictModels?: Strict | undefined },
): ClientOf<{ models: Models; strictModels: Strict }> {
  return new OpenAI(options) as unknown as ClientOf<{ models: Models; strictModels: Strict }>;
}
