/** Keys stay at the origin they belong to: absolute paths and redirects that lead elsewhere are refused. */
import type { EndpointPort } from '../domain/call.js';
import type { Failure } from '../domain/outcome.js';
import { GatewayError, InvalidResponseError } from '../errors.js';

/** The failure of a path that is an absolute URL at another origin. */
export function checkOrigin(path: string, port: EndpointPort): Failure | undefined {
  if (port.guardsOrigin || !/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) return undefined;
  const origin = originOf(path);
  if (origin === port.origin) return undefined;
  const message = `The path is an absolute URL at ${origin ?? 'an unknown origin'}, but the key of endpoint "${port.name}" belongs to ${port.origin}. Use a relative path, or a client for that origin.`;
  return { kind: 'refused', error: new GatewayError('credentials_misdirected', message) };
}

/** Whether an answer sends its request elsewhere. */
export function isRedirect({ status }: Failure): boolean {
  return status !== undefined && status >= 300 && status <= 399;
}

/** Where an answer sends its request. */
export function locationOf({ error }: Failure): string | undefined {
  return (error as { headers?: Headers }).headers?.get('location') ?? undefined;
}

/** The URL to go to, if a redirect stays at its origin and keeps method and body. */
export function redirectWithin(
  origin: string,
  location: string | undefined,
  status: number,
  method: string,
): string | undefined {
  if (location === undefined || originOf(location, origin) !== origin) return undefined;
  const keepsMethod = status === 307 || status === 308 || (method === 'get' && status !== 304 && status !== 300);
  return keepsMethod ? new URL(location, origin).href : undefined;
}

/** The failure of a redirect that is not followed. */
export function refusedRedirect(failure: Failure, location: string | undefined, origin: string): Failure {
  const elsewhere = location === undefined ? undefined : originOf(location, origin);
  const where = elsewhere === undefined ? 'nowhere' : elsewhere === origin ? 'another method' : elsewhere;
  const { headers } = failure.error as { headers?: Headers };
  return {
    ...failure,
    kind: 'redirected',
    error: new InvalidResponseError(
      failure.status,
      `The endpoint redirects to ${where}; redirects that change origin or method are not followed.`,
      { headers },
    ),
  };
}

function originOf(url: string, base?: string): string | undefined {
  try {
    return new URL(url, base).origin;
  } catch {
    return undefined;
  }
}
