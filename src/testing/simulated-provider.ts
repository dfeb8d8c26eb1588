import { type AnsweredRequest, chatCompletion, chatEvents, type ScriptedAnswer } from './chat-reply.js';
import { completionEvents, textCompletion } from './completion-reply.js';
import type { MockRequest } from './mock-request.js';
import { answeredRequest, wantsStream } from './prompt-text.js';
import { reply } from './reply.js';
import { responseEvents, responseObject } from './responses-reply.js';
import type { ScriptedReply } from './scripted-reply.js';
import { type AccountLimits, SimulatedAccount } from './simulated-account.js';
import { SimulatedFiles } from './simulated-files.js';
import {
  simulatedEmbeddings,
  simulatedImages,
  simulatedModeration,
  simulatedSpeech,
  simulatedTranscript,
} from './simulated-media.js';
import { simulatedAnswer } from './simulated-model.js';

/** How a simulated provider behaves. */
export interface SimulatedProviderOptions extends AccountLimits {
  /** Models it serves; others get a 404 `model_not_found`. @default every name is served */
  readonly models?: readonly string[];
  /** The key it accepts; others get a 401. @default any, or none */
  readonly apiKey?: string;
  /** Milliseconds before it begins to answer. @default 0 */
  readonly latencyMs?: number;
  /** Milliseconds between two events of a stream. @default 0 */
  readonly gapMs?: number;
}

const CREATED = 1_767_225_600;
/** The base URL's own path, whatever it is. */
const BEFORE_RESOURCE =
  /^.*?(?=\/(?:chat|completions|responses|embeddings|moderations|images|audio|models|files)(?:\/|$))/;

type Answering<T> = (answer: ScriptedAnswer, request: AnsweredRequest) => T;

/**
 * A small OpenAI-compatible provider as a reply function, for `otherwise` of a script: chat, completions, responses,
 * embeddings, moderations, images, audio, models and files. Its answers are dull, well-formed and the same on every run;
 * usage is plausible. With limits it answers chat, completions and responses over them with 429.
 */
export function simulatedProvider(
  options: SimulatedProviderOptions = {},
): (request: MockRequest) => Promise<ScriptedReply> {
  const files = new SimulatedFiles();
  const account = new SimulatedAccount(options);
  let served = 0;
  return async (request) => {
    const scripted =
      refusal(request, options) ?? (await serve(request, files, account, options)) ?? unknownRoute(request);
    if (scripted.kind !== 'answer') return scripted;
    served += 1;
    return {
      ...scripted,
      latencyMs: options.latencyMs ?? 0,
      headers: { 'x-request-id': `req_mock_${served}`, ...scripted.headers },
    };
  };
}

function refusal(request: MockRequest, { models, apiKey }: SimulatedProviderOptions): ScriptedReply | undefined {
  const key = request.headers['authorization']?.replace(/^Bearer /, '') ?? request.headers['api-key'];
  if (apiKey !== undefined && key !== apiKey) {
    return reply.error(401, {
      message: 'Incorrect API key provided.',
      type: 'invalid_request_error',
      code: 'invalid_api_key',
    });
  }
  if (models === undefined || request.model === undefined || models.includes(request.model)) return undefined;
  return modelMissing(request.model);
}

async function serve(
  request: MockRequest,
  files: SimulatedFiles,
  account: SimulatedAccount,
  options: SimulatedProviderOptions,
): Promise<ScriptedReply | undefined> {
  const route = request.path.replace(BEFORE_RESOURCE, '');
  const asked = answeredRequest(request);
  const answerWith = (events: Answering<string[]>, whole: Answering<object>) => {
    const answer = simulatedAnswer(request);
    const refused = account.refusal(answer, asked);
    if (refused !== undefined) return refused;
    return wantsStream(request)
      ? reply.stream(events(answer, asked), { gapMs: options.gapMs ?? 0 })
      : reply.json(whole(answer, asked));
  };
  switch (`${request.method} ${route}`) {
    case 'POST /chat/completions':
      return answerWith(chatEvents, chatCompletion);
    case 'POST /responses':
      return answerWith(responseEvents, responseObject);
    case 'POST /completions':
      return answerWith(completionEvents, textCompletion);
    case 'POST /embeddings':
      return simulatedEmbeddings(request);
    case 'POST /moderations':
      return simulatedModeration(request);
    case 'POST /images/generations':
    case 'POST /images/edits':
    case 'POST /images/variations':
      return simulatedImages(request);
    case 'POST /audio/speech':
      return simulatedSpeech(request);
    case 'POST /audio/transcriptions':
    case 'POST /audio/translations':
      return simulatedTranscript(request);
  }
  if (request.method === 'GET' && /^\/models(\/|$)/.test(route)) return models(route, options.models ?? ['mock-model']);
  return /^\/files(\/|$)/.test(route) ? files.answer(request, route) : undefined;
}

function models(route: string, names: readonly string[]): ScriptedReply {
  const about = (id: string) => ({ id, object: 'model', created: CREATED, owned_by: 'mock' });
  const wanted = decodeURIComponent(route.slice('/models/'.length));
  if (wanted === '') return reply.json({ object: 'list', data: names.map(about) });
  return names.includes(wanted) ? reply.json(about(wanted)) : modelMissing(wanted);
}

function modelMissing(model: string): ScriptedReply {
  const message = `The model \`${model}\` does not exist or you do not have access to it.`;
  return reply.error(404, { message, type: 'invalid_request_error', code: 'model_not_found' });
}

function unknownRoute(request: MockRequest): ScriptedReply {
  return reply.error(404, {
    message: `Unknown request URL: ${request.method} ${request.path}.`,
    type: 'invalid_request_error',
    code: 'unknown_url',
  });
}
