/** From what the SDK hands over to a Call: which operation, which targets, whose settings. */
import type { Call, EndpointPort, Intent, RequestShape } from './domain/call.js';
import { modelLabel } from './domain/model-label.js';
import { isMovable, type Operation, operationOf } from './domain/operation.js';
import type { CallSettings, Target } from './domain/route.js';
import { newTrace } from './domain/trace.js';
import { ConfigError } from './errors.js';
import type { Tags } from './events.js';
import type { GatewayParts } from './gateway-parts.js';
import type { CallOptions } from './options/options.js';
import { currentTags, tagsFromHeaders } from './tags.js';

export interface CallRequest {
  readonly options: RequestShape;
  readonly callOptions: CallOptions;
  /** Labels of the client. */
  readonly tags: Tags;
  /** Retries per client, as the SDK counts them. */
  readonly maxRetries: number;
  readonly intent: Intent;
  readonly port: (endpoint: string) => EndpointPort;
}

/**
 * @throws {ConfigError} when the call names an unknown endpoint, or, with `strictModels`, an unknown alias
 */
export function beginCall(parts: GatewayParts, request: CallRequest, note: Call['note']): Call {
  const { config, catalog } = parts;
  const { options, callOptions } = request;
  const operation = operationOf(options.method, options.path);
  const asked = askedModel(options.body);
  const name = modelName(parts, operation, asked);
  const resolution = catalog.resolve(name);
  const movable = callOptions.fallback !== false && isMovable(operation, options.body);
  const now = config.clock.now();
  const settings = merge(config.settings, resolution.route?.settings, callOptions);
  return {
    id: parts.nextCallId(),
    operation,
    options,
    stream: options.stream === true,
    requestedModel: asked === undefined ? undefined : modelLabel(asked),
    alias: resolution.alias,
    route: resolution.route,
    groups: groupsFor(parts, operation, name, movable, request),
    movable,
    settings,
    maxRetries: retries(
      options.maxRetries ?? callOptions.maxRetries ?? resolution.route?.settings.maxRetries ?? request.maxRetries,
    ),
    tags: tagsOf(request.tags, options, callOptions),
    priority: callOptions.priority ?? 0,
    hedge: config.hedge !== false && movable && callOptions.hedge !== false,
    intent: request.intent,
    port: request.port,
    wantsUsage: parts.wantsUsage,
    signal: options.signal ?? undefined,
    startedAt: now,
    deadlineAt: settings.deadlineMs === undefined ? undefined : now + settings.deadlineMs,
    trace: newTrace(),
    note,
  };
}

/** Labels of the client, of the code around the call, of its headers and of its own options; the later ones win. */
function tagsOf(own: Tags, { headers }: RequestShape, { tags }: CallOptions): Tags {
  const around = currentTags();
  const sent = headers === undefined ? undefined : tagsFromHeaders(headers);
  // The same object for calls without labels of their own: the ledger groups by it.
  if (around === undefined && sent === undefined && tags === undefined) return own;
  return Object.freeze({ ...own, ...around, ...sent, ...tags });
}

/** Nonsense counts as the SDK's default, as with the SDK. */
function retries(wanted: number): number {
  return Number.isSafeInteger(wanted) && wanted >= 0 ? wanted : 2;
}

/** The `model` of a body, if it has one. */
function askedModel(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const model: unknown =
    typeof FormData !== 'undefined' && body instanceof FormData
      ? body.get('model')
      : (body as { model?: unknown }).model;
  return typeof model === 'string' ? model : undefined;
}

function modelName(parts: GatewayParts, operation: Operation, asked: string | undefined): string {
  const { defaultModel, strictModels } = parts.config;
  const open = asked === undefined || asked === '' || asked === 'default';
  if (open && operation.stateless && defaultModel !== undefined && !parts.catalog.isAlias(asked ?? ''))
    return defaultModel;
  const name = asked ?? '';
  if (strictModels && operation.stateless && name !== '' && !parts.catalog.isAlias(name))
    throw unknownAlias(parts, name);
  return name;
}

function unknownAlias(parts: GatewayParts, name: string): ConfigError {
  const known = parts.catalog.aliasNames().join(', ') || 'none';
  return new ConfigError([
    { name: 'model', message: `"${modelLabel(name)}" is not an alias, and strictModels is on. Aliases: ${known}.` },
  ]);
}

function merge(client: CallSettings, alias: CallSettings | undefined, call: CallOptions): CallSettings {
  const pick = <Key extends 'deadlineMs' | 'firstEventTimeoutMs' | 'idleTimeoutMs' | 'commitAfterMs'>(key: Key) =>
    call[key] ?? alias?.[key] ?? client[key];
  if ((alias === undefined || Object.keys(alias).length === 0) && Object.keys(call).length === 0) return client;
  return {
    deadlineMs: pick('deadlineMs'),
    firstEventTimeoutMs: pick('firstEventTimeoutMs'),
    idleTimeoutMs: pick('idleTimeoutMs'),
    commitAfterMs: pick('commitAfterMs'),
    balance: alias?.balance ?? client.balance,
  };
}

function groupsFor(
  parts: GatewayParts,
  operation: Operation,
  name: string,
  movable: boolean,
  request: CallRequest,
): Call['groups'] {
  const { catalog, config } = parts;
  const { options, callOptions } = request;
  const { endpoint } = callOptions;
  if (endpoint !== undefined) {
    if (!catalog.hasEndpoint(endpoint)) throw unknownEndpoint(parts, endpoint);
    const own = catalog.resolve(name).groups.flatMap((group) => group.filter((target) => target.endpoint === endpoint));
    return own.length > 0 ? own.map((target) => [target]) : [[catalog.resolveAt(name, endpoint)]];
  }
  if (movable) return catalog.resolve(name).groups;
  // What lives at a provider stays with the first endpoint; a call that may not fall back picks its one target as usual.
  if (!operation.stateless || callOptions.fallback !== false) {
    return [[catalog.resolveAt(name, parts.engine.now?.affinity.ownerOf(options) ?? parts.first.config.name)]];
  }
  const group = catalog.resolve(name).groups[0] as readonly Target[];
  return [[group[Math.floor(config.clock.random() * group.length)] as Target]];
}

function unknownEndpoint(parts: GatewayParts, name: string): ConfigError {
  const known = [...parts.endpoints.keys()].join(', ');
  return new ConfigError([
    { name: 'gateway.endpoint', message: `There is no endpoint ${JSON.stringify(name)}. Endpoints: ${known}.` },
  ]);
}
