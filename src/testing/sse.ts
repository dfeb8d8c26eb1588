import type { BodyStep } from './scripted-reply.js';

/** Writes server-sent events: each function gives the text of one event (or a pause) for `reply.stream([...])`. */
export const sse = {
  /** One event whose data is `value` as JSON. */
  data(value: unknown): string {
    return `data: ${JSON.stringify(value)}\n\n`;
  },
  /** One event with a name, as the Responses API sends them. */
  event(name: string, value: unknown): string {
    return `event: ${name}\ndata: ${JSON.stringify(value)}\n\n`;
  },
  /** A comment line, as providers send to keep a connection alive; it carries no content. */
  comment(text = 'keep-alive'): string {
    return `: ${text}\n\n`;
  },
  /** The event that ends a chat stream. */
  done(): string {
    return 'data: [DONE]\n\n';
  },
  /** An error inside a stream that began with status 200. */
  error(error: {
    readonly message: string;
    readonly type?: string;
    readonly code?: string | number | null;
    readonly param?: string | null;
  }): string {
    return sse.data({ error });
  },
  /** A pause of `ms` milliseconds. */
  wait(ms: number): BodyStep {
    return { waitMs: ms };
  },
};
