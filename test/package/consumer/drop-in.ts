/** What a user of `openai` writes, with only the import changed; compiled under every kind of module resolution. */
import OpenAI, {
  APIError,
  type ClientOptions,
  OpenAI as Named,
  RateLimitError,
  toFile,
  type Uploadable,
} from 'llm-gateway-client';
import type SDK from 'openai';
import type { Chat } from 'openai/resources';

const options: ClientOptions = { apiKey: 'key', timeout: 1000 };
const client: OpenAI = new OpenAI(options);

// Where the SDK's class or type is asked for, ours fits.
const asSdk: SDK = client;
const SdkClass: typeof SDK = OpenAI;
const named: typeof OpenAI = Named;

// Namespace types: of the root, nested, classes, and namespaces inside type-only exports.
const message: OpenAI.Chat.Completions.ChatCompletionMessageParam = { role: 'user', content: 'hi' };
const viaSdk: SDK.ChatCompletionMessageParam = message;
const viaResources: Chat.ChatCompletionMessageParam = message;
type Delta = OpenAI.ChatCompletionChunk.Choice.Delta;
const delta: Delta = { content: 'x' };
const deltaOfSdk: SDK.ChatCompletionChunk.Choice.Delta = delta;
type Generic = OpenAI.PageResponse<OpenAI.Model>;
const requestOptions: OpenAI.RequestOptions = { timeout: 5 };
const model: OpenAI.ChatModel = 'gpt-4o';
class Page extends OpenAI.CursorPage<OpenAI.FileObject> {}
interface Extended extends OpenAI.ChatCompletion {
  extra: string;
}

export async function use(upload: Uploadable, extended: Extended, page: Page, generic: Generic): Promise<string> {
  try {
    const completion: OpenAI.ChatCompletion = await client.chat.completions.create(
      { model, messages: [message] },
      requestOptions,
    );
    const params: OpenAI.Responses.ResponseCreateParamsNonStreaming = { model, input: 'hi' };
    const response: OpenAI.Responses.Response = await client.responses.create(params);
    const file = await client.files.create({ file: await toFile(Buffer.from('x'), 'x.jsonl'), purpose: 'batch' });
    const id: string = file.id + generic.data.length + page.data.length + extended.extra + String(upload);
    return `${completion.choices[0]?.message.content}${response.output_text}${id}`;
  } catch (error) {
    if (error instanceof RateLimitError || error instanceof OpenAI.APIConnectionError) return error.message;
    if (error instanceof APIError) return String(error.status);
    throw error;
  }
}

export const seen: readonly unknown[] = [asSdk, SdkClass, named, viaSdk, viaResources, deltaOfSdk];
