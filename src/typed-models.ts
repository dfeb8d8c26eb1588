/**
 * The SDK's resources with two things added to their types: alias names in `model`, and `gateway` options per call.
 * Types only; at run time they are the SDK's own objects.
 */
import type { APIPromise, OpenAI as SDK } from 'openai';
import type { ChatCompletionStream, ChatCompletionStreamParams } from 'openai/lib/ChatCompletionStream';
import type { ExtractParsedContentFromParams as ParsedChat } from 'openai/lib/parser';
import type { ChatCompletionParseParams, ParsedChatCompletion } from 'openai/resources/chat/completions/completions';
import type { Stream } from 'openai/streaming';
import type { CallOptions } from './options/options.js';

/** The SDK's options of one request, and the gateway's. */
export type RequestOptions = SDK.RequestOptions & { gateway?: CallOptions | undefined };

/** A body whose `model` may be one of these names, or any other model, or absent where a default model serves the call. */
export type OpenBody<Body extends { model?: unknown }, Alias extends string> = Omit<Body, 'model'> & {
  model?: Alias | Body['model'] | undefined;
};

/** A body whose `model` must be one of these names. */
export type ClosedBody<Body, Alias extends string> = Omit<Body, 'model'> & { model: Alias | 'default' | '' };

type Chat = SDK.Chat.Completions;
type ChatOnce = SDK.Chat.ChatCompletionCreateParamsNonStreaming;
type ChatStreaming = SDK.Chat.ChatCompletionCreateParamsStreaming;
type ChatAny = Parameters<Chat['create']>[0];
type ChatReply = SDK.Chat.ChatCompletion;
type Chunks = Stream<SDK.Chat.ChatCompletionChunk>;

type Legacy = SDK.Completions;
type LegacyOnce = SDK.CompletionCreateParamsNonStreaming;
type LegacyStreaming = SDK.CompletionCreateParamsStreaming;
type LegacyAny = Parameters<Legacy['create']>[0];

type Responses = SDK.Responses;
type ResponseOnce = SDK.Responses.ResponseCreateParamsNonStreaming;
type ResponseStreaming = SDK.Responses.ResponseCreateParamsStreaming;
type ResponseAny = Parameters<Responses['create']>[0];
type ResponseReply = SDK.Responses.Response;
type ResponseEvents = Stream<SDK.Responses.ResponseStreamEvent>;

/** `client.chat.completions` of a gateway client. */
export interface OpenChatCompletions<Alias extends string> extends Chat {
  create(body: OpenBody<ChatOnce, Alias>, options?: RequestOptions): APIPromise<ChatReply>;
  create(body: OpenBody<ChatStreaming, Alias>, options?: RequestOptions): APIPromise<Chunks>;
  create(body: OpenBody<ChatAny, Alias>, options?: RequestOptions): APIPromise<Chunks | ChatReply>;
  parse<Params extends ChatCompletionParseParams, ParsedT = ParsedChat<Params>>(
    body: Params,
    options?: RequestOptions,
  ): APIPromise<ParsedChatCompletion<ParsedT>>;
  stream<Params extends ChatCompletionStreamParams, ParsedT = ParsedChat<Params>>(
    body: Params,
    options?: RequestOptions,
  ): ChatCompletionStream<ParsedT>;
}

/** `client.chat` of a gateway client. */
export interface OpenChat<Alias extends string> extends SDK.Chat {
  completions: OpenChatCompletions<Alias>;
}

/** `client.completions` of a gateway client. */
export interface OpenCompletions<Alias extends string> extends Legacy {
  create(body: OpenBody<LegacyOnce, Alias>, options?: RequestOptions): APIPromise<SDK.Completion>;
  create(body: OpenBody<LegacyStreaming, Alias>, options?: RequestOptions): APIPromise<Stream<SDK.Completion>>;
  create(
    body: OpenBody<LegacyAny, Alias>,
    options?: RequestOptions,
  ): APIPromise<Stream<SDK.Completion> | SDK.Completion>;
}

/** `client.responses` of a gateway client. */
export interface OpenResponses<Alias extends string> extends Responses {
  create(body: OpenBody<ResponseOnce, Alias>, options?: RequestOptions): APIPromise<ResponseReply>;
  create(body: OpenBody<ResponseStreaming, Alias>, options?: RequestOptions): APIPromise<ResponseEvents>;
  create(body: OpenBody<ResponseAny, Alias>, options?: RequestOptions): APIPromise<ResponseEvents | ResponseReply>;
}

/** `client.embeddings` of a gateway client. */
export type OpenEmbeddings<Alias extends string> = SDK.Embeddings & {
  create(
    body: OpenBody<SDK.EmbeddingCreateParams, Alias>,
    options?: RequestOptions,
  ): APIPromise<SDK.CreateEmbeddingResponse>;
};

/** `client.chat.completions` with `strictModels`. */
export interface ClosedChatCompletions<Alias extends string> extends Chat {
  create(body: ClosedBody<ChatOnce, Alias>, options?: RequestOptions): APIPromise<ChatReply>;
  create(body: ClosedBody<ChatStreaming, Alias>, options?: RequestOptions): APIPromise<Chunks>;
  create(body: ClosedBody<ChatAny, Alias>, options?: RequestOptions): APIPromise<Chunks | ChatReply>;
  parse<Params extends ChatCompletionParseParams, ParsedT = ParsedChat<Params>>(
    body: Params & { model: Alias | 'default' | '' },
    options?: RequestOptions,
  ): APIPromise<ParsedChatCompletion<ParsedT>>;
  stream<Params extends ChatCompletionStreamParams, ParsedT = ParsedChat<Params>>(
    body: Params & { model: Alias | 'default' | '' },
    options?: RequestOptions,
  ): ChatCompletionStream<ParsedT>;
}

/** `client.chat` with `strictModels`. */
export interface ClosedChat<Alias extends string> extends SDK.Chat {
  completions: ClosedChatCompletions<Alias>;
}

/** `client.completions` with `strictModels`. */
export interface ClosedCompletions<Alias extends string> extends Legacy {
  create(body: ClosedBody<LegacyOnce, Alias>, options?: RequestOptions): APIPromise<SDK.Completion>;
  create(body: ClosedBody<LegacyStreaming, Alias>, options?: RequestOptions): APIPromise<Stream<SDK.Completion>>;
  create(
    body: ClosedBody<LegacyAny, Alias>,
    options?: RequestOptions,
  ): APIPromise<Stream<SDK.Completion> | SDK.Completion>;
}

/** `client.responses` with `strictModels`. */
export interface ClosedResponses<Alias extends string> extends Responses {
  create(body: ClosedBody<ResponseOnce, Alias>, options?: RequestOptions): APIPromise<ResponseReply>;
  create(body: ClosedBody<ResponseStreaming, Alias>, options?: RequestOptions): APIPromise<ResponseEvents>;
  create(body: ClosedBody<ResponseAny, Alias>, options?: RequestOptions): APIPromise<ResponseEvents | ResponseReply>;
}
