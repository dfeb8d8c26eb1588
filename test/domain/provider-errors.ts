// Longer than a page because it is data: error replies as providers send them, with what they mean.
import type { Classification } from '../../src/domain/classify.js';

/** One reply. `body` is what stands on the wire; an object is sent as JSON. */
export interface ProviderError {
  readonly who: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly is: Pick<Classification, 'kind'> & Partial<Classification>;
}

const error = (fields: object): object => ({ error: fields });

export const PROVIDER_ERRORS: readonly ProviderError[] = [
  // OpenAI
  {
    who: 'OpenAI: requests per minute',
    status: 429,
    body: error({
      message:
        'Rate limit reached for gpt-5.5-mini in organization org-x on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s. Visit https://platform.openai.com/account/rate-limits to learn more. You can increase your rate limit by adding a payment method to your account at https://platform.openai.com/account/billing.',
      type: 'requests',
      param: null,
      code: 'rate_limit_exceeded',
    }),
    is: {
      kind: 'rate_limited',
      scope: 'target',
      limit: 'requests',
      code: 'rate_limit_exceeded',
      type: 'requests',
      retryAfterMs: 20_000,
    },
  },
  {
    who: 'OpenAI: requests per day',
    status: 429,
    body: error({
      message:
        'Rate limit reached for gpt-5.5 on requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in 7m12s.',
      type: 'requests',
      code: 'rate_limit_exceeded',
    }),
    is: { kind: 'rate_limited', limit: 'requestsPerDay', retryAfterMs: 432_000 },
  },
  {
    who: 'OpenAI: one request larger than the tokens of a minute',
    status: 429,
    body: error({
      message:
        'Request too large for gpt-5.5 in organization org-x on tokens per min (TPM): Limit 30000, Requested 37000. The input or output tokens must be reduced in order to run successfully.',
      type: 'tokens',
      code: 'rate_limit_exceeded',
    }),
    is: { kind: 'rate_limited', scope: 'request', limit: 'tokens', permanent: true },
  },
  {
    who: 'OpenAI: no money',
    status: 429,
    body: error({
      message: 'You exceeded your current quota, please check your plan and billing details.',
      type: 'insufficient_quota',
      param: null,
      code: 'insufficient_quota',
    }),
    is: { kind: 'quota_exhausted', scope: 'endpoint', code: 'insufficient_quota' },
  },
  {
    who: 'OpenAI: no money, said only by the type',
    status: 429,
    body: error({ message: 'Stop.', type: 'insufficient_quota', code: null }),
    is: { kind: 'quota_exhausted', code: 'insufficient_quota', type: 'insufficient_quota' },
  },
  {
    who: 'OpenAI: spending cap of the account',
    status: 400,
    body: error({
      message: 'Billing hard limit has been reached',
      type: 'invalid_request_error',
      code: 'billing_hard_limit_reached',
    }),
    is: { kind: 'quota_exhausted' },
  },
  {
    who: 'OpenAI: credit balance',
    status: 429,
    body: error({ message: 'No.', type: 'x', code: 'credit_balance_exhausted' }),
    is: { kind: 'quota_exhausted' },
  },
  {
    who: 'OpenAI: wrong key',
    status: 401,
    body: error({
      message:
        'Incorrect API key provided: sk-canary. You can find your API key at https://platform.openai.com/account/api-keys.',
      type: 'invalid_request_error',
      code: 'invalid_api_key',
    }),
    is: { kind: 'unauthorized', scope: 'endpoint', code: 'invalid_api_key' },
  },
  {
    who: 'OpenAI: region',
    status: 403,
    body: error({
      code: 'unsupported_country_region_territory',
      message: 'Country, region, or territory not supported',
      param: null,
      type: 'request_forbidden',
    }),
    is: { kind: 'forbidden', scope: 'target' },
  },
  {
    who: 'OpenAI: a project without the model',
    status: 403,
    body: error({
      message: 'Project `proj_x` does not have access to model `gpt-5.5`',
      type: 'invalid_request_error',
      code: 'model_not_found',
    }),
    is: { kind: 'model_missing', scope: 'target' },
  },
  {
    who: 'OpenAI: no such model',
    status: 404,
    body: error({
      message: 'The model `gpt-9` does not exist or you do not have access to it.',
      type: 'invalid_request_error',
      code: 'model_not_found',
    }),
    is: { kind: 'model_missing', scope: 'target', code: 'model_not_found' },
  },
  {
    who: 'OpenAI: no such file',
    status: 404,
    body: error({ message: 'No such File object: file-x', type: 'invalid_request_error', param: 'id', code: null }),
    is: { kind: 'invalid_request', scope: 'request' },
  },
  {
    who: 'OpenAI: no such response',
    status: 404,
    body: error({
      message: "Response with id 'resp_x' not found.",
      type: 'invalid_request_error',
      param: null,
      code: null,
    }),
    is: { kind: 'invalid_request', scope: 'request' },
  },
  {
    who: 'OpenAI: no such assistant',
    status: 404,
    body: error({
      message: "No assistant found with id 'asst_x'.",
      type: 'invalid_request_error',
      param: null,
      code: null,
    }),
    is: { kind: 'invalid_request', scope: 'request' },
  },
  {
    who: 'OpenAI: context',
    status: 400,
    body: error({
      message:
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 140000 tokens.",
      type: 'invalid_request_error',
      param: 'messages',
      code: 'context_length_exceeded',
    }),
    is: { kind: 'context_too_long', scope: 'request', code: 'context_length_exceeded' },
  },
  {
    who: 'OpenAI: content policy of images',
    status: 400,
    body: error({
      message: 'Your request was rejected as a result of our safety system.',
      type: 'invalid_request_error',
      code: 'content_policy_violation',
    }),
    is: { kind: 'content_filtered', scope: 'request' },
  },
  {
    who: 'OpenAI: a value whose echo speaks of rate limits',
    status: 400,
    body: error({
      message: "Invalid value: 'rate limit exceeded, insufficient balance'.",
      type: 'invalid_request_error',
      code: 'invalid_value',
    }),
    is: { kind: 'invalid_request', scope: 'request' },
  },
  {
    who: 'OpenAI: too many completion tokens asked for',
    status: 400,
    body: error({
      message: 'max_tokens is too large: 99999.',
      type: 'invalid_request_error',
      param: 'max_tokens',
      code: 'invalid_value',
    }),
    is: { kind: 'invalid_request', scope: 'request' },
  },
  {
    who: 'OpenAI: nothing but "bad request"',
    status: 400,
    body: error({
      message: 'you must provide a model parameter',
      type: 'invalid_request_error',
      param: null,
      code: null,
    }),
    is: { kind: 'invalid_request', scope: 'request', code: 'invalid_request_error' },
  },
  {
    who: 'OpenAI: server error',
    status: 500,
    body: error({
      message: 'The server had an error while processing your request. Sorry about that!',
      type: 'server_error',
      code: null,
    }),
    is: { kind: 'server_error', scope: 'target', possiblyBilled: false },
  },
  {
    who: 'OpenAI: engine overloaded under 503 counts as an outage',
    status: 503,
    body: error({
      message: 'The engine is currently overloaded, please try again later',
      type: 'server_error',
      code: null,
    }),
    is: { kind: 'server_error', scope: 'target' },
  },
  // Azure
  {
    who: 'Azure: call rate',
    status: 429,
    headers: { 'retry-after-ms': '12345', 'x-ms-retry-after-ms': '99', 'retry-after': '13' },
    body: error({
      code: '429',
      message:
        'Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have exceeded call rate limit of your current OpenAI S0 pricing tier. Please retry after 13 seconds.',
    }),
    is: { kind: 'rate_limited', limit: 'requests', code: '429', retryAfterMs: 12_345 },
  },
  {
    who: 'Azure: token rate, the wait only in the text',
    status: 429,
    body: error({
      code: 'RateLimitReached',
      message:
        'Requests have exceeded token rate limit of your current AIServices S0 pricing tier. Please retry after 6 seconds.',
    }),
    is: { kind: 'rate_limited', limit: 'tokens', retryAfterMs: 6000 },
  },
  {
    who: 'Azure: content filter',
    status: 400,
    body: error({
      message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
      type: null,
      param: 'prompt',
      code: 'content_filter',
      status: 400,
      innererror: {
        code: 'ResponsibleAIPolicyViolation',
        content_filter_result: { hate: { filtered: true, severity: 'high' } },
      },
    }),
    is: { kind: 'content_filtered', code: 'content_filter' },
  },
  {
    who: 'Azure: content filter, said only by the inner code',
    status: 400,
    body: error({ message: 'Filtered.', code: 'BadRequest', innererror: { code: 'ResponsibleAIPolicyViolation' } }),
    is: { kind: 'content_filtered', code: 'BadRequest' },
  },
  {
    who: 'Azure: no such deployment',
    status: 404,
    body: error({ code: 'DeploymentNotFound', message: 'The API deployment for this resource does not exist.' }),
    is: { kind: 'model_missing' },
  },
  {
    who: 'Azure: wrong key, flat',
    status: 401,
    body: { statusCode: 401, message: 'Unauthorized. Access token is missing, invalid, or audience is incorrect.' },
    is: { kind: 'unauthorized', code: '401' },
  },
  // Anthropic
  {
    who: 'Anthropic: overloaded',
    status: 529,
    body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    is: { kind: 'overloaded', scope: 'target', code: 'overloaded_error', type: 'overloaded_error' },
  },
  {
    who: 'Anthropic: rate',
    status: 429,
    headers: { 'retry-after': '17' },
    body: {
      type: 'error',
      error: {
        type: 'rate_limit_error',
        message: 'This request would exceed the rate limit of 40,000 input tokens per minute.',
      },
    },
    is: { kind: 'rate_limited', limit: 'tokens', retryAfterMs: 17_000 },
  },
  {
    who: 'Anthropic: no money under 400',
    status: 400,
    body: {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message:
          'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
      },
    },
    is: { kind: 'quota_exhausted', scope: 'endpoint' },
  },
  {
    who: 'Anthropic: context',
    status: 400,
    body: {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'prompt is too long: 213462 tokens > 200000 maximum' },
    },
    is: { kind: 'context_too_long' },
  },
  {
    who: 'Anthropic: model',
    status: 404,
    body: { type: 'error', error: { type: 'not_found_error', message: 'model: claude-nope' } },
    is: { kind: 'model_missing', scope: 'target' },
  },
  // Gemini
  {
    who: 'Gemini: per minute, in the words of an exhausted quota',
    status: 429,
    body: [
      error({
        code: 429,
        message: 'You exceeded your current quota, please check your plan and billing details.\nPlease retry in 27.4s.',
        status: 'RESOURCE_EXHAUSTED',
        details: [
          { '@type': 'type.googleapis.com/google.rpc.Help', links: [{ description: 'x', url: 'y' }] },
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '27s' },
        ],
      }),
    ],
    is: { kind: 'rate_limited', code: '429', retryAfterMs: 27_000 },
  },
  {
    who: 'Gemini: free tier per day',
    status: 429,
    body: [
      error({
        code: 429,
        message: 'You exceeded your current quota.',
        status: 'RESOURCE_EXHAUSTED',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
            violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }],
          },
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '41.5s' },
        ],
      }),
    ],
    is: { kind: 'rate_limited', limit: 'requestsPerDay', retryAfterMs: 41_500 },
  },
  {
    who: 'Gemini: prepaid balance',
    status: 429,
    body: [error({ code: 429, message: 'Your prepayment credits are depleted.', status: 'RESOURCE_EXHAUSTED' })],
    is: { kind: 'quota_exhausted' },
  },
  {
    who: 'Gemini: wrong key under 400',
    status: 400,
    body: [
      error({
        code: 400,
        message: 'API key not valid. Please pass a valid API key.',
        status: 'INVALID_ARGUMENT',
        details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }],
      }),
    ],
    is: { kind: 'unauthorized', scope: 'endpoint' },
  },
  {
    who: 'Gemini: wrong key, in words only',
    status: 400,
    body: [
      error({ code: 400, message: 'API key not valid. Please pass a valid API key.', status: 'INVALID_ARGUMENT' }),
    ],
    is: { kind: 'unauthorized' },
  },
  {
    who: 'Gemini: context',
    status: 400,
    body: [
      error({
        code: 400,
        message: 'The input token count (1196265) exceeds the maximum number of tokens allowed (1048576).',
        status: 'INVALID_ARGUMENT',
      }),
    ],
    is: { kind: 'context_too_long' },
  },
  {
    who: 'Gemini: overloaded',
    status: 503,
    body: [error({ code: 503, message: 'The model is overloaded. Please try again later.', status: 'UNAVAILABLE' })],
    is: { kind: 'server_error' },
  },
  // OpenRouter
  {
    who: 'OpenRouter: free models per day, the reset inside the body',
    status: 429,
    body: {
      error: {
        code: 429,
        message: 'Rate limit exceeded: free-models-per-day',
        metadata: {
          headers: { 'X-RateLimit-Limit': '50', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '1700000090000' },
        },
      },
      user_id: 'user_x',
    },
    is: { kind: 'rate_limited', limit: 'requestsPerDay', retryAfterMs: 90_000 },
  },
  {
    who: 'OpenRouter: the budget of requests under way',
    status: 402,
    headers: { 'retry-after': '1' },
    body: error({
      code: 402,
      message: 'Insufficient credits for requests in flight',
      metadata: { limit_source: 'openrouter_in_flight_budget' },
    }),
    is: { kind: 'rate_limited', scope: 'endpoint', limit: 'spend', retryAfterMs: 1000 },
  },
  {
    who: 'OpenRouter: this request alone is too dear',
    status: 402,
    body: error({ code: 402, message: 'Requires more credits', metadata: { limit_source: 'weight_exceeds_budget' } }),
    is: { kind: 'quota_exhausted', scope: 'request', limit: 'spend', permanent: true },
  },
  {
    who: 'OpenRouter: credits',
    status: 402,
    body: error({
      code: 402,
      message: 'This request requires more credits, or fewer max_tokens.',
      metadata: { limit_source: 'openrouter_credits' },
    }),
    is: { kind: 'quota_exhausted', scope: 'endpoint' },
  },
  {
    who: 'OpenRouter: credits without a source',
    status: 402,
    body: error({
      code: 402,
      message:
        'This request requires more credits, or fewer max_tokens. You requested up to 65536 tokens, but can only afford 123.',
    }),
    is: { kind: 'quota_exhausted', scope: 'endpoint' },
  },
  {
    who: 'OpenRouter: budget of the key under 403',
    status: 403,
    body: error({
      code: 403,
      message: 'Key limit exceeded',
      metadata: { limit_source: 'openrouter_key_limit', resets_at: '2023-11-14T23:13:20Z' },
    }),
    is: { kind: 'quota_exhausted', scope: 'endpoint', retryAfterMs: 3_600_000 },
  },
  {
    who: 'OpenRouter: moderation',
    status: 403,
    body: error({
      code: 403,
      message: 'Your input was flagged',
      metadata: { error_type: 'content_policy_violation', reasons: ['violence'] },
    }),
    is: { kind: 'content_filtered' },
  },
  {
    who: 'OpenRouter: moderation in words only',
    status: 403,
    body: error({
      code: 403,
      message: 'openai/gpt-5.5 requires moderation on OpenRouter. Your input was flagged for "violence".',
    }),
    is: { kind: 'content_filtered' },
  },
  {
    who: 'OpenRouter: not a model',
    status: 400,
    body: error({ code: 400, message: 'foo/bar is not a valid model ID' }),
    is: { kind: 'model_missing', scope: 'target' },
  },
  {
    who: 'OpenRouter: nobody serves the model',
    status: 404,
    body: error({ code: 404, message: 'No endpoints found for foo/bar.' }),
    is: { kind: 'model_missing', scope: 'target' },
  },
  {
    who: 'OpenRouter: nobody serves the model with tools',
    status: 404,
    body: error({ code: 404, message: 'No endpoints found that support tool use.' }),
    is: { kind: 'model_missing', scope: 'request' },
  },
  {
    who: "OpenRouter: an upstream's context error in raw JSON",
    status: 400,
    body: error({
      code: 400,
      message: 'Provider returned error',
      metadata: {
        provider_name: 'X',
        raw: '{"error":{"message":"Input is too long for requested model.","type":"invalid_request_error"}}',
      },
    }),
    is: { kind: 'context_too_long' },
  },
  {
    who: "OpenRouter: an upstream's rate limit in raw text",
    status: 429,
    body: error({
      code: 429,
      message: 'Provider returned error',
      metadata: { raw: 'x/y:free is temporarily rate-limited upstream. Please retry shortly.' },
    }),
    is: { kind: 'rate_limited' },
  },
  {
    who: 'OpenRouter: provider overloaded',
    status: 503,
    body: error({
      code: 503,
      message: 'x',
      metadata: { error_type: 'provider_overloaded' },
      availability: { code: 'capacity_exhausted', retryable: true, retry_after: 4 },
    }),
    is: { kind: 'overloaded', retryAfterMs: 4000 },
  },
  {
    who: 'OpenRouter: bad gateway',
    status: 502,
    body: error({ code: 502, message: 'Provider returned error' }),
    is: { kind: 'server_error', possiblyBilled: true },
  },
  // SiliconFlow
  {
    who: 'SiliconFlow: the model is gone',
    status: 400,
    body: { code: 20012, message: 'Model does not exist. Please check it carefully.', data: null },
    is: { kind: 'model_missing', scope: 'target', code: '20012' },
  },
  {
    who: 'SiliconFlow: the code alone',
    status: 400,
    body: { code: 20012, message: 'x', data: null },
    is: { kind: 'model_missing' },
  },
  {
    who: 'SiliconFlow: wrong parameter',
    status: 400,
    body: { code: 20015, message: 'The parameter is invalid. Please check again.', data: null },
    is: { kind: 'invalid_request', code: '20015' },
  },
  {
    who: 'SiliconFlow: wrong key, a bare JSON string',
    status: 401,
    body: 'Invalid token',
    is: { kind: 'unauthorized', scope: 'endpoint' },
  },
  {
    who: 'SiliconFlow: no balance under 403',
    status: 403,
    body: { code: 30001, message: 'Sorry, your account balance is insufficient', data: null },
    is: { kind: 'quota_exhausted', code: '30001' },
  },
  {
    who: 'SiliconFlow: no balance, in words only',
    status: 403,
    body: 'Sorry, your account balance is insufficient',
    is: { kind: 'quota_exhausted' },
  },
  {
    who: 'SiliconFlow: real name wanted',
    status: 403,
    body: { code: 30003, message: 'This model requires real-name verification.', data: null },
    is: { kind: 'forbidden', scope: 'target' },
  },
  {
    who: 'SiliconFlow: tokens per minute',
    status: 429,
    body: {
      message:
        'Request was rejected due to rate limiting. If you want more, please contact contact@siliconflow.cn. Details:TPM limit reached.',
      data: '',
    },
    is: { kind: 'rate_limited', limit: 'tokens' },
  },
  {
    who: 'SiliconFlow: images per minute',
    status: 429,
    body: { message: 'Request was rejected due to rate limiting. Details:IPM limit reached.', data: null },
    is: { kind: 'rate_limited', limit: 'images' },
  },
  {
    who: 'SiliconFlow: tokens per day',
    status: 429,
    body: { message: 'Details:TPD limit reached.', data: null },
    is: { kind: 'rate_limited', limit: 'tokensPerDay' },
  },
  {
    who: 'SiliconFlow: overloaded',
    status: 503,
    body: { code: 50505, message: 'Model service overloaded. Please try again later.', data: null },
    is: { kind: 'overloaded', code: '50505' },
  },
  {
    who: 'SiliconFlow: gateway timeout, plain text',
    status: 504,
    body: 'Gateway Timeout',
    is: { kind: 'timeout', possiblyBilled: true },
  },
  // The one-api and new-api family, treerouter among them as far as is known
  {
    who: 'new-api: no quota',
    status: 403,
    body: error({
      message: '用户额度不足, 剩余额度: ＄0.01 (request id: x)',
      type: 'new_api_error',
      param: '',
      code: 'insufficient_user_quota',
    }),
    is: { kind: 'quota_exhausted', code: 'insufficient_user_quota', type: 'new_api_error' },
  },
  {
    who: 'one-api: no quota, in words only',
    status: 403,
    body: error({ message: '令牌额度已用尽', type: 'one_api_error', code: '' }),
    is: { kind: 'quota_exhausted', code: 'one_api_error' },
  },
  {
    who: 'new-api: no channel for the model',
    status: 503,
    body: error({
      message: '当前分组 default 下对于模型 gpt-5.5 无可用渠道 (request id: x)',
      type: 'new_api_error',
      code: 'model_not_found',
    }),
    is: { kind: 'model_missing', scope: 'target' },
  },
  {
    who: 'one-api: no channel, in words only',
    status: 503,
    body: error({ message: '当前分组 default 下对于模型 gpt-5.5 无可用渠道', type: 'one_api_error', code: '' }),
    is: { kind: 'model_missing' },
  },
  {
    who: 'one-api: no channel, in English',
    status: 503,
    body: error({ message: 'No available channel for model gpt-5.5 under group default', type: 'one_api_error' }),
    is: { kind: 'model_missing' },
  },
  {
    who: 'new-api: a channel failed',
    status: 503,
    body: error({ message: 'x', type: 'new_api_error', code: 'get_channel_failed' }),
    is: { kind: 'overloaded' },
  },
  {
    who: 'new-api: the key of a channel is dead',
    status: 500,
    body: error({ message: 'x', type: 'new_api_error', code: 'channel:invalid_key' }),
    is: { kind: 'overloaded' },
  },
  {
    who: 'new-api: forbidden words',
    status: 400,
    body: error({ message: 'x', type: 'new_api_error', code: 'sensitive_words_detected' }),
    is: { kind: 'content_filtered' },
  },
  {
    who: 'new-api: too many at once',
    status: 429,
    body: error({ message: 'x', type: 'new_api_error', code: 'token_concurrency_limit_reached' }),
    is: { kind: 'rate_limited', limit: 'concurrency' },
  },
  {
    who: 'new-api: upstream is full',
    status: 429,
    body: error({ message: '当前分组上游负载已饱和，请稍后再试', type: 'new_api_error', code: '' }),
    is: { kind: 'overloaded' },
  },
  {
    who: 'one-api: dead token',
    status: 401,
    body: error({ message: '无效的令牌', type: 'one_api_error' }),
    is: { kind: 'unauthorized' },
  },
  {
    who: 'one-api: dead token under 403',
    status: 403,
    body: error({ message: '该令牌状态不可用', type: 'one_api_error' }),
    is: { kind: 'unauthorized' },
  },
  {
    who: 'a router that relays a rate limit under 400',
    status: 400,
    body: error({ message: 'upstream error: Rate limit exceeded, please slow down', type: 'upstream_error' }),
    is: { kind: 'rate_limited' },
  },
  {
    who: 'a router that relays a rate limit under 500, in Chinese',
    status: 500,
    body: error({ message: '请求过于频繁，请在 30 秒后重试', type: 'upstream_error' }),
    is: { kind: 'rate_limited', retryAfterMs: 30_000 },
  },
  // DashScope
  {
    who: 'DashScope: arrears under 400',
    status: 400,
    body: error({
      code: 'Arrearage',
      type: 'Arrearage',
      message: 'Access denied, please make sure your account is in good standing.',
      param: null,
    }),
    is: { kind: 'quota_exhausted', code: 'Arrearage' },
  },
  {
    who: 'DashScope: arrears, in words only',
    status: 400,
    body: error({ message: 'Access denied, please make sure your account is in good standing.' }),
    is: { kind: 'quota_exhausted' },
  },
  {
    who: 'DashScope: inspection',
    status: 400,
    body: error({
      code: 'data_inspection_failed',
      message: 'Input data may contain inappropriate content.',
      type: 'data_inspection_failed',
    }),
    is: { kind: 'content_filtered' },
  },
  {
    who: 'DashScope: requests',
    status: 429,
    body: error({
      code: 'limit_requests',
      message: 'You exceeded your current requests list.',
      type: 'limit_requests',
    }),
    is: { kind: 'rate_limited', limit: 'requests' },
  },
  {
    who: 'DashScope: tokens under the code of an empty account',
    status: 429,
    body: error({
      code: 'insufficient_quota',
      message: 'Allocated quota exceeded, please increase your quota limit.',
      type: 'insufficient_quota',
    }),
    is: { kind: 'rate_limited', scope: 'target', limit: 'tokens' },
  },
  {
    who: 'DashScope: native code with a dot',
    status: 429,
    body: {
      code: 'Throttling.RateQuota',
      message: 'Requests rate limit exceeded, please try again later.',
      request_id: 'x',
    },
    is: { kind: 'rate_limited', limit: 'requests', code: 'Throttling.RateQuota' },
  },
  {
    who: 'DashScope: free tier used up',
    status: 403,
    body: error({
      code: 'AllocationQuota.FreeTierOnly',
      message:
        'The free tier of the model has been exhausted. If you wish to continue access the model on a paid basis, please disable "use free tier only".',
    }),
    is: { kind: 'quota_exhausted' },
  },
  {
    who: 'DashScope: input length',
    status: 400,
    body: error({
      code: 'invalid_parameter_error',
      message: '<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 30720]',
      type: 'invalid_request_error',
    }),
    is: { kind: 'context_too_long' },
  },
  // Zhipu and z.ai
  {
    who: 'Zhipu: concurrency',
    status: 429,
    body: error({ code: '1302', message: '您当前使用该API的并发数过高' }),
    is: { kind: 'rate_limited', limit: 'concurrency' },
  },
  {
    who: 'Zhipu: frequency',
    status: 429,
    body: error({ code: '1303', message: '您当前使用该API的频率过高' }),
    is: { kind: 'rate_limited', limit: 'requests' },
  },
  {
    who: 'Zhipu: calls of a day',
    status: 429,
    body: error({ code: '1304', message: 'x' }),
    is: { kind: 'rate_limited', limit: 'requestsPerDay' },
  },
  {
    who: 'Zhipu: crowded',
    status: 429,
    body: error({ code: '1305', message: '该模型当前访问量过大，请您稍后再试' }),
    is: { kind: 'overloaded' },
  },
  {
    who: 'Zhipu: arrears',
    status: 429,
    body: error({ code: '1113', message: '余额不足或无可用资源包,请充值。' }),
    is: { kind: 'quota_exhausted' },
  },
  {
    who: 'Zhipu: locked account',
    status: 429,
    body: error({ code: '1112', message: 'x' }),
    is: { kind: 'unauthorized', scope: 'endpoint' },
  },
  {
    who: 'Zhipu: content',
    status: 400,
    body: error({ code: '1301', message: '系统检测到输入或生成内容可能包含不安全或敏感内容' }),
    is: { kind: 'content_filtered' },
  },
  {
    who: 'Zhipu: no such model',
    status: 400,
    body: error({ code: '1211', message: '模型不存在，请检查模型代码。' }),
    is: { kind: 'model_missing' },
  },
  // Moonshot
  {
    who: 'Moonshot: requests per minute',
    status: 429,
    body: error({
      message: 'Your account org-x request reached organization max RPM: 3, please try again after 1 seconds',
      type: 'rate_limit_reached_error',
    }),
    is: { kind: 'rate_limited', limit: 'requests', retryAfterMs: 1000, code: 'rate_limit_reached_error' },
  },
  {
    who: 'Moonshot: concurrency',
    status: 429,
    body: error({
      message: 'Your account org-x request reached max organization concurrency: 1',
      type: 'rate_limit_reached_error',
    }),
    is: { kind: 'rate_limited', limit: 'concurrency' },
  },
  {
    who: 'Moonshot: engine',
    status: 429,
    body: error({ message: 'x', type: 'engine_overloaded_error' }),
    is: { kind: 'overloaded' },
  },
  {
    who: 'Moonshot: no money under 429',
    status: 429,
    body: error({
      message: 'Your account org-x is suspended, please check your plan and billing details',
      type: 'exceeded_current_quota_error',
    }),
    is: { kind: 'quota_exhausted' },
  },
  {
    who: 'Moonshot: context',
    status: 400,
    body: error({
      message: 'Invalid request: Your request exceeded model token limit: 8192',
      type: 'invalid_request_error',
    }),
    is: { kind: 'context_too_long' },
  },
  // Ark
  {
    who: 'Ark: tokens per minute of the endpoint',
    status: 429,
    body: error({
      code: 'RateLimitExceeded.EndpointTPMExceeded',
      message: 'The Tokens Per Minute limit of the associated endpoint has been exceeded.',
      type: 'TooManyRequests',
    }),
    is: { kind: 'rate_limited', limit: 'tokens', code: 'RateLimitExceeded.EndpointTPMExceeded' },
  },
  {
    who: 'Ark: requests of the account',
    status: 429,
    body: error({ code: 'ModelAccountRpmRateLimitExceeded', message: 'x' }),
    is: { kind: 'rate_limited', limit: 'requests' },
  },
  {
    who: 'Ark: overloaded',
    status: 429,
    body: error({ code: 'ServerOverloaded', message: 'x', type: 'TooManyRequests' }),
    is: { kind: 'overloaded' },
  },
  {
    who: 'Ark: own inference limit',
    status: 429,
    body: error({ code: 'SetLimitExceeded', message: 'x', type: 'TooManyRequests' }),
    is: { kind: 'quota_exhausted' },
  },
  {
    who: 'Ark: overdue',
    status: 403,
    body: error({ code: 'AccountOverdueError', message: 'x', type: 'Forbidden' }),
    is: { kind: 'quota_exhausted' },
  },
  {
    who: 'Ark: model not opened',
    status: 404,
    body: error({ code: 'ModelNotOpen', message: 'x', type: 'NotFound' }),
    is: { kind: 'model_missing' },
  },
  {
    who: 'Ark: no such endpoint id',
    status: 404,
    body: error({ code: 'InvalidEndpointOrModel.NotFound', message: 'x' }),
    is: { kind: 'model_missing' },
  },
  {
    who: 'Ark: content',
    status: 400,
    body: error({ code: 'SensitiveContentDetected.Violence', message: 'x' }),
    is: { kind: 'content_filtered' },
  },
  // Groq
  {
    who: 'Groq: tokens per minute, the wait only in the text',
    status: 429,
    body: error({
      message:
        'Rate limit reached for model `llama` in organization `org_x` on tokens per minute (TPM): Limit 6000, Used 5000, Requested 1600. Please try again in 5.289s.',
      type: 'tokens',
      code: 'rate_limit_exceeded',
    }),
    is: { kind: 'rate_limited', limit: 'tokens', retryAfterMs: 5289 },
  },
  {
    who: 'Groq: one request too large, under 413',
    status: 413,
    body: error({
      message:
        'Request too large for model `llama` in organization `org_x` on tokens per minute (TPM): Limit 6000, Requested 8000, please reduce your message size and try again.',
      type: 'tokens',
      code: 'rate_limit_exceeded',
    }),
    is: { kind: 'rate_limited', scope: 'request', permanent: true, limit: 'tokens' },
  },
  {
    who: 'Groq: flex capacity',
    status: 498,
    body: error({ message: 'x', code: 'capacity_exceeded' }),
    is: { kind: 'overloaded' },
  },
  { who: 'Groq: flex capacity, status alone', status: 498, body: '', is: { kind: 'overloaded' } },
  {
    who: 'Groq: retired model',
    status: 400,
    body: error({ message: 'The model `x` has been decommissioned', code: 'model_decommissioned' }),
    is: { kind: 'model_missing' },
  },
  {
    who: 'Groq: restricted organisation',
    status: 400,
    body: error({ message: 'Organization has been restricted.', code: 'organization_restricted' }),
    is: { kind: 'unauthorized' },
  },
  {
    who: 'Groq: context',
    status: 400,
    body: error({ message: 'Please reduce the length of the messages or completion.', type: 'invalid_request_error' }),
    is: { kind: 'context_too_long' },
  },
  // Others
  {
    who: 'Together: context under 403',
    status: 403,
    body: error({
      message:
        'The input token count + the max_tokens parameter must be less than the context length of the model being queried',
      type: 'invalid_request_error',
    }),
    is: { kind: 'context_too_long', scope: 'request' },
  },
  {
    who: 'Together: spending cap',
    status: 402,
    body: error({ message: 'You have reached your spending cap' }),
    is: { kind: 'quota_exhausted' },
  },
  {
    who: 'Mistral: rate, with a number that means content elsewhere',
    status: 429,
    body: { object: 'error', message: 'Rate limit exceeded', type: 'rate_limited', param: null, code: '1300' },
    is: { kind: 'rate_limited', code: '1300' },
  },
  {
    who: 'Mistral: capacity',
    status: 429,
    body: {
      object: 'error',
      message: 'Service tier capacity exceeded for this model.',
      type: 'service_tier_capacity_exceeded',
      code: '3505',
    },
    is: { kind: 'overloaded' },
  },
  {
    who: 'Mistral: no such model',
    status: 400,
    body: { object: 'error', message: 'Invalid model: x', type: 'invalid_model', param: null, code: '1500' },
    is: { kind: 'model_missing' },
  },
  {
    who: 'Mistral: validation with an echo of the prompt',
    status: 422,
    body: {
      object: 'error',
      message: {
        detail: [
          {
            type: 'missing',
            loc: ['body', 'model'],
            msg: 'Field required',
            input: { messages: ['rate limit exceeded, insufficient balance'] },
          },
        ],
      },
      type: 'invalid_request_error',
    },
    is: { kind: 'invalid_request', scope: 'request' },
  },
  {
    who: 'DeepSeek: no balance',
    status: 402,
    body: error({ message: 'Insufficient Balance', type: 'unknown_error', param: null, code: 'invalid_request_error' }),
    is: { kind: 'quota_exhausted' },
  },
  {
    who: 'DeepSeek: no such model',
    status: 400,
    body: error({
      message: 'Model Not Exist',
      type: 'invalid_request_error',
      param: null,
      code: 'invalid_request_error',
    }),
    is: { kind: 'model_missing' },
  },
  { who: 'DeepSeek: busy', status: 503, body: '', is: { kind: 'server_error' } },
  {
    who: 'Ollama: no such model',
    status: 404,
    body: { error: 'model "llama9" not found, try pulling it first' },
    is: { kind: 'model_missing' },
  },
  {
    who: 'vLLM: context with a numeric code',
    status: 400,
    body: {
      object: 'error',
      message: "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.",
      type: 'BadRequestError',
      param: null,
      code: 400,
    },
    is: { kind: 'context_too_long', code: '400' },
  },
  {
    who: 'vLLM: no such model',
    status: 404,
    body: { object: 'error', message: 'The model `x` does not exist.', type: 'NotFoundError', param: null, code: 404 },
    is: { kind: 'model_missing' },
  },
  {
    who: 'llama.cpp: context',
    status: 400,
    body: error({
      code: 400,
      message: 'the request exceeds the available context size',
      type: 'exceed_context_size_error',
    }),
    is: { kind: 'context_too_long' },
  },
  {
    who: 'TGI: context',
    status: 422,
    body: {
      error: 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000',
      error_type: 'validation',
    },
    is: { kind: 'context_too_long' },
  },
  {
    who: 'TGI: overloaded',
    status: 429,
    body: { error: 'Model is overloaded', error_type: 'overloaded' },
    is: { kind: 'overloaded' },
  },
  {
    who: 'Hugging Face: loading',
    status: 503,
    body: { error: 'Model x is currently loading', estimated_time: 20.1 },
    is: { kind: 'server_error' },
  },
  {
    who: 'xAI: a sentence for a code',
    status: 403,
    body: {
      code: 'The caller does not have permission',
      error: "Your newly created team doesn't have any credits yet.",
    },
    is: { kind: 'quota_exhausted' },
  },
  {
    who: 'Cloudflare Workers AI: capacity',
    status: 429,
    body: { success: false, errors: [{ code: 3040, message: 'Capacity temporarily exceeded, please try again.' }] },
    is: { kind: 'overloaded', code: '3040' },
  },
  {
    who: 'Bedrock: throttled',
    status: 429,
    body: { __type: 'com.amazon.coral.service#ThrottlingException', message: 'x' },
    is: { kind: 'rate_limited' },
  },
  {
    who: 'FastAPI: a detail',
    status: 429,
    body: { detail: 'Too many concurrent requests' },
    is: { kind: 'rate_limited', limit: 'concurrency' },
  },
  {
    who: 'Pages about money are not read',
    status: 403,
    body: '<html><body>Payment required: insufficient balance</body></html>',
    is: { kind: 'forbidden' },
  },
  {
    who: 'Pages about rates are not read',
    status: 502,
    body: '\n<!DOCTYPE html><title>Too many requests</title>',
    is: { kind: 'server_error', possiblyBilled: true },
  },
  {
    who: 'nginx: too large',
    status: 413,
    body: 'Request Entity Too Large',
    is: { kind: 'invalid_request', scope: 'request' },
  },
];
