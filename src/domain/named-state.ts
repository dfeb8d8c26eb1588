/** What a request names of the things that a provider keeps: another endpoint would not know them. */
import { isObject } from './plain-object.js';

type Json = Readonly<Record<string, unknown>>;

function some(list: unknown, test: (item: Json) => boolean): boolean {
  return Array.isArray(list) && (list as readonly unknown[]).some((item) => isObject(item) && test(item));
}

/** A file by its id, in a message or an item of input. */
function namesFile({ file_id, file }: Json): boolean {
  return Boolean(file_id) || (isObject(file) && Boolean(file['file_id']));
}

function hasId(value: unknown): boolean {
  return isObject(value) && Boolean(value['id']);
}

/** Whether the messages of a chat name files, or audio that was answered before. */
export function namesStateInMessages(messages: unknown): boolean {
  return some(messages, ({ content, audio }) => hasId(audio) || some(content, namesFile));
}

/** Whether the input of a response refers to items and files, or its tools to stores and containers, by their ids. */
export function namesStateInResponse({ input, tools }: Json): boolean {
  return (
    some(
      input,
      ({ type, content, output }) =>
        type === 'item_reference' ||
        some(content, namesFile) ||
        (isObject(output) && namesFile(output)) ||
        some(output, namesFile),
    ) || some(tools, namesStateInTool)
  );
}

function namesStateInTool({ vector_store_ids, container }: Json): boolean {
  return (
    (Array.isArray(vector_store_ids) && vector_store_ids.length > 0) ||
    typeof container === 'string' ||
    (isObject(container) && Array.isArray(container['file_ids']) && container['file_ids'].length > 0)
  );
}
