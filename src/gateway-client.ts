import { OpenAI as SDK } from 'openai';

/** Placeholder while the core is being built. */
export class GatewayClient extends SDK {}
