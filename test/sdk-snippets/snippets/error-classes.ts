import {
  APIConnectionError,
  APIError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  OpenAI,
  OpenAIError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError,
} from 'openai';

const client = new OpenAI({ maxRetries: 0 });
const classes = [
  BadRequestError,
  AuthenticationError,
  PermissionDeniedError,
  NotFoundError,
  ConflictError,
  UnprocessableEntityError,
  RateLimitError,
  InternalServerError,
];
for (const status of [400, 401, 402, 403, 404, 409, 418, 422, 429, 500, 503]) {
  try {
    await client.chat.completions.create({ model: `fault-${status}`, messages: [] });
  } catch (error) {
    const matched = classes.filter((candidate) => error instanceof candidate).map((candidate) => candidate.name);
    console.log(
      status,
      matched,
      error instanceof APIError,
      error instanceof OpenAIError,
      error instanceof APIConnectionError,
    );
    if (error instanceof APIError) console.log(error.status, error.code, error.message, error.constructor.name);
  }
}
