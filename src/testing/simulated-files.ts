import { formOf } from './form-body.js';
import type { MockRequest } from './mock-request.js';
import { reply } from './reply.js';
import type { ScriptedReply } from './scripted-reply.js';

interface StoredFile {
  readonly about: { readonly id: string } & Readonly<Record<string, unknown>>;
  readonly content: Uint8Array;
}

const CREATED = 1_767_225_600;
const DEFAULT_PAGE = 20;

/** The files of one simulated provider: upload, list in pages, retrieve, read, delete. They live as long as the provider. */
export class SimulatedFiles {
  readonly #files = new Map<string, StoredFile>();
  #created = 0;

  /** Answers a request below `/files`; `undefined` when there is no such route. */
  async answer(request: MockRequest, route: string): Promise<ScriptedReply | undefined> {
    const [, id, part] = route.split('/').filter(Boolean);
    if (id === undefined) return request.method === 'POST' ? this.#upload(request) : this.#list(request);
    const file = this.#files.get(id);
    if (file === undefined)
      return reply.error(404, { message: `No such File object: ${id}`, type: 'invalid_request_error', param: 'id' });
    if (part === 'content') return reply.bytes(file.content);
    if (part !== undefined) return undefined;
    if (request.method !== 'DELETE') return reply.json(file.about);
    this.#files.delete(id);
    return reply.json({ id, object: 'file', deleted: true });
  }

  async #upload(request: MockRequest): Promise<ScriptedReply> {
    const form = await formOf(request);
    const upload = form?.get('file');
    if (!(upload instanceof Blob))
      return reply.error(400, { message: "'file' is a required property", type: 'invalid_request_error' });
    const content = new Uint8Array(await upload.arrayBuffer());
    const about = {
      id: `file-mock-${++this.#created}`,
      object: 'file',
      bytes: content.length,
      created_at: CREATED,
      filename: upload instanceof File ? upload.name : 'upload',
      purpose: String(form?.get('purpose') ?? 'user_data'),
      status: 'processed',
    };
    this.#files.set(about.id, { about, content });
    return reply.json(about);
  }

  #list({ query }: MockRequest): ScriptedReply {
    const all = [...this.#files.values()].map((file) => file.about);
    const start = all.findIndex((file) => file.id === query.get('after')) + 1;
    const page = all.slice(start, start + Number(query.get('limit') ?? DEFAULT_PAGE));
    return reply.json({
      object: 'list',
      data: page,
      has_more: start + page.length < all.length,
      first_id: page[0]?.id ?? null,
      last_id: page.at(-1)?.id ?? null,
    });
  }
}
