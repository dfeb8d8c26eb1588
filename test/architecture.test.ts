import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { projectRoot, subpaths } from './tools/exports-map.ts';
import { type SourceFile, sourceFiles } from './tools/source-files.ts';

const files = sourceFiles();
const byPath = new Map(files.map((file) => [file.path, file]));
const manifest = JSON.parse(readFileSync(`${projectRoot}package.json`, 'utf8')) as {
  readonly dependencies: Record<string, string>;
};

const BESIDE_THE_DOMAIN = ['clock', 'errors', 'events', 'signals', 'tags'].map((name) => `src/${name}.ts`);
const ROOMS = ['layers', 'options', 'prices', 'state', 'transport', 'wire'];
/** Every file or folder at the top that is imported from outside. */
const DOORS = ['index', 'otel', 'redis', 'sqlite', 'testing'];
/** The command, which reads what the ledgers behind the doors have written. */
const COMMAND = 'cli';

/** Where a file stands. A file imports only from lower floors, or from its own room. */
interface Place {
  readonly floor: number;
  /** Files of one room may import each other; the rooms of one floor may not. */
  readonly room: string;
}

function placeOf(path: string): Place {
  const [, top = '', inside] = path.split('/');
  const name = top.replace(/\.ts$/, '');
  if (top === 'domain') return { floor: 0, room: 'domain' };
  if (BESIDE_THE_DOMAIN.includes(path)) return { floor: 1, room: 'basics' };
  if (inside !== undefined && ROOMS.includes(top)) return { floor: 2, room: top };
  if (path === 'src/assemble.ts') return { floor: 3, room: 'assemble' };
  // A subpath is one file, or one file and a folder of the same name.
  if (DOORS.includes(name)) return { floor: 5, room: name };
  if (name === COMMAND) return { floor: 6, room: COMMAND };
  if (inside === undefined) return { floor: 4, room: 'client' };
  return { floor: Number.NaN, room: top };
}

/** `from -> to` for every import that is not allowed. */
function forbidden(isAllowed: (from: SourceFile, to: Place, path: string) => boolean): string[] {
  return files.flatMap((file) =>
    file.imports
      .flatMap(({ file: target }) => (target === undefined ? [] : [target]))
      .filter((target) => !isAllowed(file, placeOf(target), target))
      .map((target) => `${file.path} -> ${target}`),
  );
}

/** Each file that imports a package, with how it does. */
function importersOf(dependency: string, { types }: { readonly types: boolean }): string[] {
  const imports = (file: SourceFile) =>
    file.imports.some((each) => each.dependency === dependency && (types || !each.typeOnly));
  return files.filter(imports).map(({ path }) => path);
}

/** Everything that is loaded when a file is, without what is imported lazily. */
function loadedBy(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const { file, typeOnly, dynamic } of byPath.get(path)?.imports ?? []) {
    if (file !== undefined && !typeOnly && !dynamic) loadedBy(file, seen);
  }
  return seen;
}

describe('floors', () => {
  it('gives every file a place', () => {
    expect(files.filter(({ path }) => Number.isNaN(placeOf(path).floor)).map(({ path }) => path)).toEqual([]);
  });

  it('lets a file import only from below or from its own room', () => {
    const found = forbidden((from, to) => {
      const place = placeOf(from.path);
      return to.floor < place.floor || (to.floor === place.floor && to.room === place.room);
    });
    expect(found).toEqual([]);
  });

  it('resolves every relative import to a file', () => {
    expect(forbidden((_from, _to, path) => byPath.has(path))).toEqual([]);
  });

  it('has no import cycle, types included', () => {
    const finished = new Set<string>();
    const cycles: string[] = [];
    const walk = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      if (trail.includes(path) || finished.has(path)) return;
      for (const { file } of byPath.get(path)?.imports ?? []) if (file !== undefined) walk(file, [...trail, path]);
      finished.add(path);
    };
    for (const { path } of files) walk(path, []);
    expect(cycles).toEqual([]);
  });

  it('keeps the domain pure: no packages, no clock, no timers, no randomness', () => {
    const impure =
      /^(Date\.now|Date|new Date\(\)|performance\.\w+|Math\.random|crypto\.\w+|set(Timeout|Interval|Immediate)|queueMicrotask|fetch|process\.\w+|console\.\w+)$/;
    const found = files
      .filter(({ path }) => placeOf(path).floor === 0)
      .flatMap(({ path, imports, reads }) => [
        ...imports.flatMap(({ dependency }) => (dependency === undefined ? [] : [`${path} -> ${dependency}`])),
        ...[...reads].filter((name) => impure.test(name)).map((name) => `${path} reads ${name}`),
      ]);
    expect(found).toEqual([]);
  });

  it('asks for time only where the clock is made', () => {
    const found = files
      .filter(({ path }) => path !== 'src/clock.ts' && placeOf(path).floor < 5)
      .flatMap(({ path, reads }) =>
        [...reads]
          .filter((name) => /^(Date\.now|new Date\(\)|performance\.now|Math\.random)$/.test(name))
          .map((name) => `${path} reads ${name}`),
      );
    expect(found).toEqual([]);
  });
});

describe('dependencies', () => {
  it('has one door for each package', () => {
    const packages = files.flatMap(({ imports }) => imports.flatMap(({ dependency }) => dependency ?? []));
    const single = [...new Set(packages)].filter((name) => !/^(node:.*|openai|zod)$/.test(name));
    expect(single).toContain('p-retry');
    const doors = single.map((name) => ({ name, importers: importersOf(name, { types: true }) }));
    expect(doors.filter(({ importers }) => importers.length !== 1)).toEqual([]);
  });

  it('imports zod only where options are checked', () => {
    const importers = importersOf('zod', { types: true });
    expect(importers.length).toBeGreaterThan(0);
    expect(importers.filter((path) => !path.startsWith('src/options/'))).toEqual([]);
  });

  it('imports the SDK only in the client, the error classes and the maker of streams', () => {
    const allowed = (path: string) =>
      placeOf(path).floor === 4 || ['src/errors.ts', 'src/index.ts', 'src/wire/open-stream.ts'].includes(path);
    expect(importersOf('openai', { types: false }).filter((path) => !allowed(path))).toEqual([]);
    // What a user may say includes the SDK's own options, so its types are needed there.
    const alsoTypes = (path: string) => allowed(path) || path.startsWith('src/options/');
    expect(importersOf('openai', { types: true }).filter((path) => !alsoTypes(path))).toEqual([]);
  });

  it('loads with the main door only what every user has installed', () => {
    const loaded = [...loadedBy('src/index.ts')].flatMap((path) => byPath.get(path)?.imports ?? []);
    const names = loaded
      .filter(({ typeOnly, dynamic }) => !typeOnly && !dynamic)
      .flatMap(({ dependency }) => dependency ?? []);
    const always = [...Object.keys(manifest.dependencies), 'openai'];
    const isAllowed = (name: string) => always.includes(name) || (name.startsWith('node:') && name !== 'node:sqlite');
    expect([...new Set(names)].filter((name) => !isAllowed(name))).toEqual([]);
  });

  it('counts every subpath of the package among the doors', () => {
    expect(DOORS).toEqual(expect.arrayContaining(subpaths().map(({ entry }) => entry)));
  });

  it('reaches other subpaths from no door', () => {
    const crossing = DOORS.flatMap((door) =>
      [...loadedBy(`src/${door}.ts`)]
        .filter((path) => placeOf(path).floor === 5 && placeOf(path).room !== door)
        .map((path) => `${door} -> ${path}`),
    );
    expect(crossing).toEqual([]);
  });
});

describe('files', () => {
  it('have at most 200 lines, or say at their head why they are longer', () => {
    const unexplained = files.filter(({ lineCount, head }) => lineCount > 200 && !/longer than/i.test(head));
    expect(unexplained.map(({ path, lineCount }) => `${path}: ${lineCount} lines`)).toEqual([]);
  });

  it('are named for what they hold, never utils, helpers or types', () => {
    expect(
      files.filter(({ path }) => /\b(utils?|helpers?|types|common|misc)\b/.test(path)).map(({ path }) => path),
    ).toEqual([]);
  });

  it('export names one by one, and a default only at the main door', () => {
    expect(files.filter((file) => file.exports.includes('*')).map(({ path }) => path)).toEqual([]);
    expect(files.filter((file) => file.exports.includes('default')).map(({ path }) => path)).toEqual(['src/index.ts']);
  });

  it('are no barrels, except for the doors', () => {
    const doors = DOORS.map((door) => `src/${door}.ts`);
    expect(files.filter((file) => file.isBarrel && !doors.includes(file.path)).map(({ path }) => path)).toEqual([]);
  });
});

// A name more or less is a change for users: look at it, note it in the changelog, then run `npm test -- -u`.
describe('public names', () => {
  const namesAt = (door: string) => byPath.get(`src/${door}.ts`)?.exports.toSorted();

  it('of the main door', () => {
    expect(namesAt('index')).toMatchInlineSnapshot(`
      [
        "APIConnectionError",
        "APIConnectionTimeoutError",
        "APIError",
        "APIPromise",
        "APIUserAbortError",
        "AttemptEvent",
        "AttemptFailedEvent",
        "AttemptStartedEvent",
        "AttemptSummary",
        "AuthenticationError",
        "AzureClientOptions",
        "AzureOpenAI",
        "BadRequestError",
        "Balance",
        "BedrockClientOptions",
        "BedrockOpenAI",
        "Budget",
        "BudgetClaim",
        "BudgetExceededError",
        "BudgetGrant",
        "BudgetOptions",
        "BudgetPeriod",
        "BudgetSettlement",
        "BudgetStatus",
        "BudgetThreshold",
        "BudgetThresholdEvent",
        "BudgetUnreachableError",
        "CallEvent",
        "CallInfo",
        "CallLimits",
        "CallOptions",
        "CallPlan",
        "CallSettledEvent",
        "CallStartedEvent",
        "CircuitClosedEvent",
        "CircuitOpenedEvent",
        "CircuitOptions",
        "ClientOf",
        "ClientOptions",
        "Clock",
        "ClosedChat",
        "ClosedChatCompletions",
        "ClosedCompletions",
        "ClosedResponses",
        "ComputerDriver",
        "ComputerToolset",
        "ConfigError",
        "ConfigProblem",
        "ConflictError",
        "ConnectionOptions",
        "Cost",
        "CostEvent",
        "CostPlace",
        "CostSource",
        "Currency",
        "DataResidency",
        "DeadlineExceededError",
        "Ending",
        "EndpointOptions",
        "EndpointState",
        "EndpointTroubleEvent",
        "ExplainRequest",
        "Failure",
        "FailureKind",
        "FallbackEvent",
        "FallbackOptions",
        "FxRates",
        "GatewayClient",
        "GatewayError",
        "GatewayErrorCode",
        "GatewayEvents",
        "GatewayOptions",
        "GatewayView",
        "HedgeOptions",
        "HookErrorEvent",
        "Hooks",
        "InternalServerError",
        "InvalidResponseError",
        "InvalidWebhookSignatureError",
        "LedgerBatch",
        "LedgerRecord",
        "LedgerStore",
        "LimitOptions",
        "LimiterOptions",
        "LimiterState",
        "ModelAliases",
        "ModelPrice",
        "ModelRoute",
        "ModelStep",
        "ModelTarget",
        "Money",
        "MoneyAmount",
        "NoTargetAvailableError",
        "NotFoundError",
        "OAuthError",
        "OpenAI",
        "OpenAIError",
        "OpenChat",
        "OpenChatCompletions",
        "OpenCompletions",
        "OpenEmbeddings",
        "OpenGatewayClient",
        "OpenResponses",
        "Outcome",
        "PagePromise",
        "PartialReply",
        "PermissionDeniedError",
        "PlannedTarget",
        "Price",
        "PriceDriftEvent",
        "PriceHours",
        "PriceRates",
        "PriceRule",
        "PriceTier",
        "PriceUnknownError",
        "PriceUnknownEvent",
        "QueueFullError",
        "QueueTimeoutError",
        "RateLimitError",
        "RateLimitedEvent",
        "RateLimits",
        "RecordStatus",
        "Reply",
        "ReportedCost",
        "RequestOptions",
        "RequestTooLargeError",
        "RetryOptions",
        "RetryQuotaOptions",
        "Settlement",
        "ShuttingDownError",
        "Standing",
        "StoreErrorEvent",
        "StreamInterruptedError",
        "StreamInterruptionReason",
        "StrictGatewayClient",
        "SubjectTokenProviderError",
        "TagLimitOptions",
        "Tags",
        "Target",
        "TimerHandle",
        "UnknownPricePolicy",
        "UnprocessableEntityError",
        "Uploadable",
        "Usage",
        "UsageDimension",
        "UsageEvent",
        "UsageQuery",
        "UsageRow",
        "createGatewayClient",
        "currentTags",
        "default",
        "gatewayInfo",
        "isGatewayError",
        "systemClock",
        "toFile",
        "toStreamingFile",
        "withTags",
      ]
    `);
  });

  it('of llm-gateway-client/sqlite', () => {
    expect(namesAt('sqlite')).toMatchInlineSnapshot(`
      [
        "BudgetClaim",
        "BudgetGrant",
        "BudgetSettlement",
        "LedgerBatch",
        "LedgerRecord",
        "LedgerStore",
        "SqliteLedger",
        "SqliteLedgerOptions",
        "UsageQuery",
        "UsageRow",
      ]
    `);
  });

  it('of llm-gateway-client/testing', () => {
    expect(namesAt('testing')).toMatchInlineSnapshot(`
      [
        "AccountLimits",
        "Answer",
        "BodyEnding",
        "BodyStep",
        "ErrorFields",
        "Fault",
        "FaultInit",
        "ManualClock",
        "ManualClockOptions",
        "MockMatch",
        "MockProvider",
        "MockProviderOptions",
        "MockReply",
        "MockRequest",
        "MockRequestState",
        "MockRule",
        "MockScript",
        "MockTransport",
        "MockTransportOptions",
        "RawAnswer",
        "ReplyInit",
        "ScriptedAnswer",
        "ScriptedReply",
        "ScriptedToolCall",
        "ScriptedUsage",
        "SimulatedProviderOptions",
        "TransportFault",
        "manualClock",
        "mockTransport",
        "reply",
        "seededRandom",
        "simulatedProvider",
        "sse",
        "startMockProvider",
      ]
    `);
  });
});
