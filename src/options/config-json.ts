import type { GatewayOptions } from './options.js';
import type { Problems } from './problems.js';
import { gatewaySchema } from './schema.js';
import { checkShape } from './shape.js';

/** First characters of JSON that was written into the variable itself; a path begins otherwise. */
const INLINE = /^[{["]/;

/**
 * Reads `LLM_CONFIG`: inline JSON, or the path of a JSON file. `undefined` when it cannot be used; `problems` says why, without
 * a word of the text, which may hold keys.
 * @param variable Full name of the variable.
 */
export function readConfig(
  variable: string,
  text: string,
  readFile: (path: string) => string,
  problems: Problems,
): GatewayOptions | undefined {
  let json = text;
  if (!INLINE.test(text)) {
    try {
      json = readFile(text);
    } catch (error) {
      problems.add(
        variable,
        `is not JSON (which begins with "{"), and there is no readable file of that name (${errorCode(error)})`,
      );
      return undefined;
    }
  }
  let value: unknown;
  try {
    // Editors on Windows put a byte order mark at the beginning.
    value = JSON.parse(json.replace(/^\ufeff/, ''));
  } catch (error) {
    problems.add(variable, `is not valid JSON: ${placeOf(error, json)}`);
    return undefined;
  }
  return checkShape(gatewaySchema('json'), value, `${variable}: `, problems) as GatewayOptions | undefined;
}

function errorCode(error: unknown): string {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && /^E[A-Z]{1,15}$/.test(code) ? code : 'unreadable';
}

/** Line and column of a syntax error, where the parser tells. Its own message quotes the text around it. */
function placeOf(error: unknown, json: string): string {
  const message = error instanceof Error ? error.message : '';
  if (/end of JSON/.test(message)) return 'it ends too early';
  const position = /position (\d+)/.exec(message)?.[1];
  if (position === undefined) return 'something in it is no JSON';
  const before = json.slice(0, Number(position)).split('\n');
  return `something is wrong at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
