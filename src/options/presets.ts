/** Providers whose base URL and peculiarities are known. Data only; what is not listed behaves like OpenAI's own API. */

/** Where a provider differs from OpenAI's API in ways the gateway must know. */
export interface Quirks {
  /** It takes `stream_options.include_usage`; where not, it must not be sent. */
  readonly streamUsage: boolean;
  /** Works without a key. */
  readonly keyOptional: boolean;
}

/** A provider's data. */
export interface Preset {
  /** Absent where every customer has another one. */
  readonly baseURL?: string | undefined;
  readonly quirks: Quirks;
}

/** What holds for an endpoint without a preset. */
export const DEFAULT_QUIRKS: Quirks = Object.freeze({ streamUsage: true, keyOptional: false });

function preset(baseURL?: string, quirks: Partial<Quirks> = {}): Preset {
  return Object.freeze({ baseURL, quirks: Object.freeze({ ...DEFAULT_QUIRKS, ...quirks }) });
}

/** All presets by name. Base URLs are those of the providers' own documentation. */
export const PRESETS: ReadonlyMap<string, Preset> = new Map([
  ['openai', preset('https://api.openai.com/v1')],
  // The customer's resource is part of the host, so the base URL has to be given.
  ['azure', preset(undefined)],
  ['treerouter', preset('https://treerouter.com/v1')],
  ['new-api', preset(undefined)],
  ['openrouter', preset('https://openrouter.ai/api/v1')],
  ['siliconflow', preset('https://api.siliconflow.cn/v1')],
  ['siliconflow-intl', preset('https://api.siliconflow.com/v1')],
  ['anthropic', preset('https://api.anthropic.com/v1')],
  ['gemini', preset('https://generativelanguage.googleapis.com/v1beta/openai')],
  ['deepseek', preset('https://api.deepseek.com')],
  ['dashscope', preset('https://dashscope.aliyuncs.com/compatible-mode/v1')],
  ['dashscope-intl', preset('https://dashscope-intl.aliyuncs.com/compatible-mode/v1')],
  ['zhipu', preset('https://open.bigmodel.cn/api/paas/v4')],
  ['zai', preset('https://api.z.ai/api/paas/v4')],
  ['moonshot', preset('https://api.moonshot.cn/v1')],
  ['moonshot-intl', preset('https://api.moonshot.ai/v1')],
  ['ark', preset('https://ark.cn-beijing.volces.com/api/v3')],
  ['groq', preset('https://api.groq.com/openai/v1')],
  ['together', preset('https://api.together.xyz/v1')],
  // It refuses fields it does not know, and reports usage in streams unasked.
  ['mistral', preset('https://api.mistral.ai/v1', { streamUsage: false })],
  ['ollama', preset('http://127.0.0.1:11434/v1', { keyOptional: true })],
  ['vllm', preset('http://127.0.0.1:8000/v1', { keyOptional: true })],
]);
