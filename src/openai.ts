/**
 * The class that stands where `import OpenAI from 'openai'` stood, with the SDK's namespace merged into it.
 * Longer than other files because the namespace names every type of the SDK; that half is generated.
 */
import * as sdk from 'openai';
import { OpenAI as SDK } from 'openai';
import { GatewayClient } from './gateway-client.js';

/**
 * The drop-in class: `import OpenAI from 'llm-gateway-client'` in place of `import OpenAI from 'openai'`.
 * `instanceof` the SDK's class, assignable to its type; takes every option of the SDK.
 */
export class OpenAI extends GatewayClient {
  /** The class itself, as the SDK has it. */
  static override readonly OpenAI: typeof OpenAI = OpenAI;

  static {
    // The SDK puts the name of the class into the User-Agent; bundling may have changed it.
    Object.defineProperty(OpenAI, 'name', { value: 'OpenAI', configurable: true });
  }
}

// Generated from the types of `openai` by `npm run generate`; do not edit below this line.

/** Every type of the SDK's namespace, e.g. `OpenAI.Chat.Completions.ChatCompletionMessageParam`. */
export declare namespace OpenAI {
  /** @ts-ignore */
  export import DataResidency = SDK.DataResidency;
  export import RequestOptions = SDK.RequestOptions;
  export import Page = SDK.Page;
  /** @ts-ignore */
  export import PageResponse = SDK.PageResponse;
  export import CursorPage = SDK.CursorPage;
  /** @ts-ignore */
  export import CursorPageParams = SDK.CursorPageParams;
  /** @ts-ignore */
  export import CursorPageResponse = SDK.CursorPageResponse;
  export import ConversationCursorPage = SDK.ConversationCursorPage;
  /** @ts-ignore */
  export import ConversationCursorPageParams = SDK.ConversationCursorPageParams;
  /** @ts-ignore */
  export import ConversationCursorPageResponse = SDK.ConversationCursorPageResponse;
  export import NextCursorPage = SDK.NextCursorPage;
  /** @ts-ignore */
  export import NextCursorPageParams = SDK.NextCursorPageParams;
  /** @ts-ignore */
  export import NextCursorPageResponse = SDK.NextCursorPageResponse;
  export import TokenPage = SDK.TokenPage;
  /** @ts-ignore */
  export import TokenPageParams = SDK.TokenPageParams;
  /** @ts-ignore */
  export import TokenPageResponse = SDK.TokenPageResponse;
  /** @ts-ignore */
  export import Decisions = SDK.Decisions;
  /** @ts-ignore */
  export import Decision = SDK.Decision;
  /** @ts-ignore */
  export import DecisionInputImage = SDK.DecisionInputImage;
  /** @ts-ignore */
  export import DecisionInputMessage = SDK.DecisionInputMessage;
  /** @ts-ignore */
  export import DecisionInputPart = SDK.DecisionInputPart;
  /** @ts-ignore */
  export import DecisionInputText = SDK.DecisionInputText;
  /** @ts-ignore */
  export import DecisionPromptCacheBreakpoint = SDK.DecisionPromptCacheBreakpoint;
  /** @ts-ignore */
  export import DecisionInputJson = SDK.DecisionInputJson;
  /** @ts-ignore */
  export import DecisionCreateParams = SDK.DecisionCreateParams;
  export import Completions = SDK.Completions;
  /** @ts-ignore */
  export import Completion = SDK.Completion;
  /** @ts-ignore */
  export import CompletionChoice = SDK.CompletionChoice;
  /** @ts-ignore */
  export import CompletionUsage = SDK.CompletionUsage;
  /** @ts-ignore */
  export import CompletionCreateParams = SDK.CompletionCreateParams;
  /** @ts-ignore */
  export import CompletionCreateParamsNonStreaming = SDK.CompletionCreateParamsNonStreaming;
  /** @ts-ignore */
  export import CompletionCreateParamsStreaming = SDK.CompletionCreateParamsStreaming;
  export import Chat = SDK.Chat;
  /** @ts-ignore */
  export import ChatCompletion = SDK.ChatCompletion;
  /** @ts-ignore */
  export import ChatCompletionAllowedToolChoice = SDK.ChatCompletionAllowedToolChoice;
  /** @ts-ignore */
  export import ChatCompletionAssistantMessageParam = SDK.ChatCompletionAssistantMessageParam;
  /** @ts-ignore */
  export import ChatCompletionAudio = SDK.ChatCompletionAudio;
  /** @ts-ignore */
  export import ChatCompletionAudioParam = SDK.ChatCompletionAudioParam;
  /** @ts-ignore */
  export import ChatCompletionChunk = SDK.ChatCompletionChunk;
  /** @ts-ignore */
  export import ChatCompletionContentPart = SDK.ChatCompletionContentPart;
  /** @ts-ignore */
  export import ChatCompletionContentPartImage = SDK.ChatCompletionContentPartImage;
  /** @ts-ignore */
  export import ChatCompletionContentPartInputAudio = SDK.ChatCompletionContentPartInputAudio;
  /** @ts-ignore */
  export import ChatCompletionContentPartRefusal = SDK.ChatCompletionContentPartRefusal;
  /** @ts-ignore */
  export import ChatCompletionContentPartText = SDK.ChatCompletionContentPartText;
  /** @ts-ignore */
  export import ChatCompletionCustomTool = SDK.ChatCompletionCustomTool;
  /** @ts-ignore */
  export import ChatCompletionDeleted = SDK.ChatCompletionDeleted;
  /** @ts-ignore */
  export import ChatCompletionDeveloperMessageParam = SDK.ChatCompletionDeveloperMessageParam;
  /** @ts-ignore */
  export import ChatCompletionFunctionCallOption = SDK.ChatCompletionFunctionCallOption;
  /** @ts-ignore */
  export import ChatCompletionFunctionMessageParam = SDK.ChatCompletionFunctionMessageParam;
  /** @ts-ignore */
  export import ChatCompletionFunctionTool = SDK.ChatCompletionFunctionTool;
  /** @ts-ignore */
  export import ChatCompletionMessage = SDK.ChatCompletionMessage;
  /** @ts-ignore */
  export import ChatCompletionMessageCustomToolCall = SDK.ChatCompletionMessageCustomToolCall;
  /** @ts-ignore */
  export import ChatCompletionMessageFunctionToolCall = SDK.ChatCompletionMessageFunctionToolCall;
  /** @ts-ignore */
  export import ChatCompletionMessageParam = SDK.ChatCompletionMessageParam;
  /** @ts-ignore */
  export import ChatCompletionMessageToolCall = SDK.ChatCompletionMessageToolCall;
  /** @ts-ignore */
  export import ChatCompletionModality = SDK.ChatCompletionModality;
  /** @ts-ignore */
  export import ChatCompletionNamedToolChoice = SDK.ChatCompletionNamedToolChoice;
  /** @ts-ignore */
  export import ChatCompletionNamedToolChoiceCustom = SDK.ChatCompletionNamedToolChoiceCustom;
  /** @ts-ignore */
  export import ChatCompletionPredictionContent = SDK.ChatCompletionPredictionContent;
  /** @ts-ignore */
  export import ChatCompletionRole = SDK.ChatCompletionRole;
  /** @ts-ignore */
  export import ChatCompletionStoreMessage = SDK.ChatCompletionStoreMessage;
  /** @ts-ignore */
  export import ChatCompletionStreamOptions = SDK.ChatCompletionStreamOptions;
  /** @ts-ignore */
  export import ChatCompletionSystemMessageParam = SDK.ChatCompletionSystemMessageParam;
  /** @ts-ignore */
  export import ChatCompletionTokenLogprob = SDK.ChatCompletionTokenLogprob;
  /** @ts-ignore */
  export import ChatCompletionTool = SDK.ChatCompletionTool;
  /** @ts-ignore */
  export import ChatCompletionToolChoiceOption = SDK.ChatCompletionToolChoiceOption;
  /** @ts-ignore */
  export import ChatCompletionToolMessageParam = SDK.ChatCompletionToolMessageParam;
  /** @ts-ignore */
  export import ChatCompletionUserMessageParam = SDK.ChatCompletionUserMessageParam;
  /** @ts-ignore */
  export import ChatCompletionAllowedTools = SDK.ChatCompletionAllowedTools;
  /** @ts-ignore */
  export import ChatCompletionReasoningEffort = SDK.ChatCompletionReasoningEffort;
  /** @ts-ignore */
  export import ParsedFunction = SDK.ParsedFunction;
  /** @ts-ignore */
  export import ParsedFunctionToolCall = SDK.ParsedFunctionToolCall;
  /** @ts-ignore */
  export import ParsedChatCompletionMessageToolCall = SDK.ParsedChatCompletionMessageToolCall;
  /** @ts-ignore */
  export import ParsedChatCompletionMessage = SDK.ParsedChatCompletionMessage;
  /** @ts-ignore */
  export import ParsedChoice = SDK.ParsedChoice;
  /** @ts-ignore */
  export import ParsedChatCompletion = SDK.ParsedChatCompletion;
  /** @ts-ignore */
  export import ChatCompletionsPage = SDK.ChatCompletionsPage;
  /** @ts-ignore */
  export import ChatCompletionCreateParams = SDK.ChatCompletionCreateParams;
  /** @ts-ignore */
  export import ChatCompletionCreateParamsNonStreaming = SDK.ChatCompletionCreateParamsNonStreaming;
  /** @ts-ignore */
  export import ChatCompletionCreateParamsStreaming = SDK.ChatCompletionCreateParamsStreaming;
  /** @ts-ignore */
  export import ChatCompletionUpdateParams = SDK.ChatCompletionUpdateParams;
  /** @ts-ignore */
  export import ChatCompletionListParams = SDK.ChatCompletionListParams;
  /** @ts-ignore */
  export import ChatCompletionParseParams = SDK.ChatCompletionParseParams;
  export import Embeddings = SDK.Embeddings;
  /** @ts-ignore */
  export import CreateEmbeddingResponse = SDK.CreateEmbeddingResponse;
  /** @ts-ignore */
  export import Embedding = SDK.Embedding;
  /** @ts-ignore */
  export import EmbeddingModel = SDK.EmbeddingModel;
  /** @ts-ignore */
  export import EmbeddingCreateParams = SDK.EmbeddingCreateParams;
  export import Files = SDK.Files;
  /** @ts-ignore */
  export import FileDeleted = SDK.FileDeleted;
  /** @ts-ignore */
  export import FileObject = SDK.FileObject;
  /** @ts-ignore */
  export import FilePurpose = SDK.FilePurpose;
  /** @ts-ignore */
  export import FileContent = SDK.FileContent;
  /** @ts-ignore */
  export import FileObjectsPage = SDK.FileObjectsPage;
  /** @ts-ignore */
  export import FileCreateParams = SDK.FileCreateParams;
  /** @ts-ignore */
  export import FileListParams = SDK.FileListParams;
  export import Images = SDK.Images;
  /** @ts-ignore */
  export import Image = SDK.Image;
  /** @ts-ignore */
  export import ImageEditCompletedEvent = SDK.ImageEditCompletedEvent;
  /** @ts-ignore */
  export import ImageEditPartialImageEvent = SDK.ImageEditPartialImageEvent;
  /** @ts-ignore */
  export import ImageEditStreamEvent = SDK.ImageEditStreamEvent;
  /** @ts-ignore */
  export import ImageGenCompletedEvent = SDK.ImageGenCompletedEvent;
  /** @ts-ignore */
  export import ImageGenPartialImageEvent = SDK.ImageGenPartialImageEvent;
  /** @ts-ignore */
  export import ImageGenStreamEvent = SDK.ImageGenStreamEvent;
  /** @ts-ignore */
  export import ImageModel = SDK.ImageModel;
  /** @ts-ignore */
  export import ImagesResponse = SDK.ImagesResponse;
  /** @ts-ignore */
  export import ImageCreateVariationParams = SDK.ImageCreateVariationParams;
  /** @ts-ignore */
  export import ImageEditParams = SDK.ImageEditParams;
  /** @ts-ignore */
  export import ImageEditParamsNonStreaming = SDK.ImageEditParamsNonStreaming;
  /** @ts-ignore */
  export import ImageEditParamsStreaming = SDK.ImageEditParamsStreaming;
  /** @ts-ignore */
  export import ImageGenerateParams = SDK.ImageGenerateParams;
  /** @ts-ignore */
  export import ImageGenerateParamsNonStreaming = SDK.ImageGenerateParamsNonStreaming;
  /** @ts-ignore */
  export import ImageGenerateParamsStreaming = SDK.ImageGenerateParamsStreaming;
  export import ContentProvenanceChecks = SDK.ContentProvenanceChecks;
  /** @ts-ignore */
  export import ContentProvenanceCheck = SDK.ContentProvenanceCheck;
  /** @ts-ignore */
  export import ContentProvenanceCheckCreateParams = SDK.ContentProvenanceCheckCreateParams;
  export import Audio = SDK.Audio;
  /** @ts-ignore */
  export import AudioModel = SDK.AudioModel;
  /** @ts-ignore */
  export import AudioResponseFormat = SDK.AudioResponseFormat;
  export import Moderations = SDK.Moderations;
  /** @ts-ignore */
  export import Moderation = SDK.Moderation;
  /** @ts-ignore */
  export import ModerationImageURLInput = SDK.ModerationImageURLInput;
  /** @ts-ignore */
  export import ModerationModel = SDK.ModerationModel;
  /** @ts-ignore */
  export import ModerationMultiModalInput = SDK.ModerationMultiModalInput;
  /** @ts-ignore */
  export import ModerationTextInput = SDK.ModerationTextInput;
  /** @ts-ignore */
  export import ModerationCreateResponse = SDK.ModerationCreateResponse;
  /** @ts-ignore */
  export import ModerationCreateParams = SDK.ModerationCreateParams;
  export import Models = SDK.Models;
  /** @ts-ignore */
  export import Model = SDK.Model;
  /** @ts-ignore */
  export import ModelDeleted = SDK.ModelDeleted;
  /** @ts-ignore */
  export import ModelsPage = SDK.ModelsPage;
  export import FineTuning = SDK.FineTuning;
  export import Graders = SDK.Graders;
  export import VectorStores = SDK.VectorStores;
  /** @ts-ignore */
  export import AutoFileChunkingStrategyParam = SDK.AutoFileChunkingStrategyParam;
  /** @ts-ignore */
  export import FileChunkingStrategy = SDK.FileChunkingStrategy;
  /** @ts-ignore */
  export import FileChunkingStrategyParam = SDK.FileChunkingStrategyParam;
  /** @ts-ignore */
  export import OtherFileChunkingStrategyObject = SDK.OtherFileChunkingStrategyObject;
  /** @ts-ignore */
  export import StaticFileChunkingStrategy = SDK.StaticFileChunkingStrategy;
  /** @ts-ignore */
  export import StaticFileChunkingStrategyObject = SDK.StaticFileChunkingStrategyObject;
  /** @ts-ignore */
  export import StaticFileChunkingStrategyObjectParam = SDK.StaticFileChunkingStrategyObjectParam;
  /** @ts-ignore */
  export import VectorStore = SDK.VectorStore;
  /** @ts-ignore */
  export import VectorStoreDeleted = SDK.VectorStoreDeleted;
  /** @ts-ignore */
  export import VectorStoreSearchResponse = SDK.VectorStoreSearchResponse;
  /** @ts-ignore */
  export import VectorStoresPage = SDK.VectorStoresPage;
  /** @ts-ignore */
  export import VectorStoreSearchResponsesPage = SDK.VectorStoreSearchResponsesPage;
  /** @ts-ignore */
  export import VectorStoreCreateParams = SDK.VectorStoreCreateParams;
  /** @ts-ignore */
  export import VectorStoreUpdateParams = SDK.VectorStoreUpdateParams;
  /** @ts-ignore */
  export import VectorStoreListParams = SDK.VectorStoreListParams;
  /** @ts-ignore */
  export import VectorStoreSearchParams = SDK.VectorStoreSearchParams;
  export import Safety = SDK.Safety;
  export import Webhooks = SDK.Webhooks;
  export import Beta = SDK.Beta;
  export import Batches = SDK.Batches;
  /** @ts-ignore */
  export import Batch = SDK.Batch;
  /** @ts-ignore */
  export import BatchError = SDK.BatchError;
  /** @ts-ignore */
  export import BatchRequestCounts = SDK.BatchRequestCounts;
  /** @ts-ignore */
  export import BatchUsage = SDK.BatchUsage;
  /** @ts-ignore */
  export import BatchesPage = SDK.BatchesPage;
  /** @ts-ignore */
  export import BatchCreateParams = SDK.BatchCreateParams;
  /** @ts-ignore */
  export import BatchListParams = SDK.BatchListParams;
  export import Uploads = SDK.Uploads;
  /** @ts-ignore */
  export import Upload = SDK.Upload;
  /** @ts-ignore */
  export import UploadCreateParams = SDK.UploadCreateParams;
  /** @ts-ignore */
  export import UploadCompleteParams = SDK.UploadCompleteParams;
  export import Admin = SDK.Admin;
  export import Responses = SDK.Responses;
  export import Live = SDK.Live;
  export import Realtime = SDK.Realtime;
  export import Conversations = SDK.Conversations;
  export import Evals = SDK.Evals;
  /** @ts-ignore */
  export import EvalCustomDataSourceConfig = SDK.EvalCustomDataSourceConfig;
  /** @ts-ignore */
  export import EvalStoredCompletionsDataSourceConfig = SDK.EvalStoredCompletionsDataSourceConfig;
  /** @ts-ignore */
  export import EvalCreateResponse = SDK.EvalCreateResponse;
  /** @ts-ignore */
  export import EvalRetrieveResponse = SDK.EvalRetrieveResponse;
  /** @ts-ignore */
  export import EvalUpdateResponse = SDK.EvalUpdateResponse;
  /** @ts-ignore */
  export import EvalListResponse = SDK.EvalListResponse;
  /** @ts-ignore */
  export import EvalDeleteResponse = SDK.EvalDeleteResponse;
  /** @ts-ignore */
  export import EvalListResponsesPage = SDK.EvalListResponsesPage;
  /** @ts-ignore */
  export import EvalCreateParams = SDK.EvalCreateParams;
  /** @ts-ignore */
  export import EvalUpdateParams = SDK.EvalUpdateParams;
  /** @ts-ignore */
  export import EvalListParams = SDK.EvalListParams;
  export import Containers = SDK.Containers;
  /** @ts-ignore */
  export import ContainerCreateResponse = SDK.ContainerCreateResponse;
  /** @ts-ignore */
  export import ContainerRetrieveResponse = SDK.ContainerRetrieveResponse;
  /** @ts-ignore */
  export import ContainerListResponse = SDK.ContainerListResponse;
  /** @ts-ignore */
  export import ContainerListResponsesPage = SDK.ContainerListResponsesPage;
  /** @ts-ignore */
  export import ContainerCreateParams = SDK.ContainerCreateParams;
  /** @ts-ignore */
  export import ContainerListParams = SDK.ContainerListParams;
  export import Skills = SDK.Skills;
  /** @ts-ignore */
  export import DeletedSkill = SDK.DeletedSkill;
  /** @ts-ignore */
  export import Skill = SDK.Skill;
  /** @ts-ignore */
  export import SkillList = SDK.SkillList;
  /** @ts-ignore */
  export import SkillsPage = SDK.SkillsPage;
  /** @ts-ignore */
  export import SkillCreateParams = SDK.SkillCreateParams;
  /** @ts-ignore */
  export import SkillUpdateParams = SDK.SkillUpdateParams;
  /** @ts-ignore */
  export import SkillListParams = SDK.SkillListParams;
  export import Videos = SDK.Videos;
  /** @ts-ignore */
  export import ImageInputReferenceParam = SDK.ImageInputReferenceParam;
  /** @ts-ignore */
  export import Video = SDK.Video;
  /** @ts-ignore */
  export import VideoCreateError = SDK.VideoCreateError;
  /** @ts-ignore */
  export import VideoModel = SDK.VideoModel;
  /** @ts-ignore */
  export import VideoSeconds = SDK.VideoSeconds;
  /** @ts-ignore */
  export import VideoSize = SDK.VideoSize;
  /** @ts-ignore */
  export import VideoDeleteResponse = SDK.VideoDeleteResponse;
  /** @ts-ignore */
  export import VideoCreateCharacterResponse = SDK.VideoCreateCharacterResponse;
  /** @ts-ignore */
  export import VideoGetCharacterResponse = SDK.VideoGetCharacterResponse;
  /** @ts-ignore */
  export import VideosPage = SDK.VideosPage;
  /** @ts-ignore */
  export import VideoCreateParams = SDK.VideoCreateParams;
  /** @ts-ignore */
  export import VideoListParams = SDK.VideoListParams;
  /** @ts-ignore */
  export import VideoCreateCharacterParams = SDK.VideoCreateCharacterParams;
  /** @ts-ignore */
  export import VideoDownloadContentParams = SDK.VideoDownloadContentParams;
  /** @ts-ignore */
  export import VideoEditParams = SDK.VideoEditParams;
  /** @ts-ignore */
  export import VideoExtendParams = SDK.VideoExtendParams;
  /** @ts-ignore */
  export import VideoRemixParams = SDK.VideoRemixParams;
  export import AllModels = SDK.AllModels;
  export import ChatModel = SDK.ChatModel;
  export import ComparisonFilter = SDK.ComparisonFilter;
  export import CompoundFilter = SDK.CompoundFilter;
  export import CustomToolInputFormat = SDK.CustomToolInputFormat;
  /** @ts-ignore */
  export import DecisionInputJSON = SDK.DecisionInputJSON;
  /** @ts-ignore */
  export import DecisionQuestionInputImage = SDK.DecisionQuestionInputImage;
  /** @ts-ignore */
  export import DecisionQuestionInputPart = SDK.DecisionQuestionInputPart;
  /** @ts-ignore */
  export import DecisionQuestionInputText = SDK.DecisionQuestionInputText;
  export import ErrorObject = SDK.ErrorObject;
  export import FunctionDefinition = SDK.FunctionDefinition;
  export import FunctionParameters = SDK.FunctionParameters;
  export import Metadata = SDK.Metadata;
  export import OAuthErrorCode = SDK.OAuthErrorCode;
  export import Reasoning = SDK.Reasoning;
  export import ReasoningEffort = SDK.ReasoningEffort;
  export import ResponseFormatJSONObject = SDK.ResponseFormatJSONObject;
  export import ResponseFormatJSONSchema = SDK.ResponseFormatJSONSchema;
  export import ResponseFormatText = SDK.ResponseFormatText;
  export import ResponseFormatTextGrammar = SDK.ResponseFormatTextGrammar;
  export import ResponseFormatTextPython = SDK.ResponseFormatTextPython;
  export import ResponsesModel = SDK.ResponsesModel;
}

/** @ts-ignore */
export const ComputerToolset: typeof sdk.ComputerToolset = sdk.ComputerToolset;
/** @ts-ignore */
export type ComputerToolset = sdk.ComputerToolset;
/** @ts-ignore */
export type ComputerDriver = sdk.ComputerDriver;
