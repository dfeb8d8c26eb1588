/** Where undici keeps the dispatcher of the process: the older place, which the `fetch` of Node 22 and 24 reads, and the newer. */
const V1 = Symbol.for('undici.globalDispatcher.1');
const V2 = Symbol.for('undici.globalDispatcher.2');

let knownV1: unknown;
let knownV2: unknown;
/** Dispatchers that were in place when nobody had interfered. What a test saves and puts back is one of them. */
const harmless = new WeakSet<object>();

/**
 * Whether requests of the built-in `fetch` go out as they do when nobody has interfered: no mock, proxy or configured agent
 * was set for the process. Merely importing undici, which sets a plain agent, does not count.
 */
export function hasDefaultDispatcher(): boolean {
  const v1: unknown = Reflect.get(globalThis, V1);
  const v2: unknown = Reflect.get(globalThis, V2);
  if (v1 === knownV1 && v2 === knownV2) return true;
  // undici 8 puts what it is given into the newer place, and the same in a wrapper into the older one.
  const wraps = v2 !== undefined && nameOf(v1) === 'Dispatcher1Wrapper';
  if (!isHarmless(v2) || !(wraps || isHarmless(v1))) return false;
  for (const each of [v1, v2]) if (typeof each === 'object' && each !== null) harmless.add(each);
  knownV1 = v1;
  knownV2 = v2;
  return true;
}

function nameOf(value: unknown): unknown {
  return (value as { constructor?: { name?: unknown } } | null)?.constructor?.name;
}

/** An `Agent` of any version of undici, made without options, whose `dispatch` is its own; or none at all yet. */
function isHarmless(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  if (harmless.has(value)) return true;
  if (nameOf(value) !== 'Agent') return false;
  const agent = value as { dispatch?: unknown; constructor: { prototype: { dispatch?: unknown } } };
  if (agent.dispatch !== agent.constructor.prototype.dispatch) return false;
  const symbols = Object.getOwnPropertySymbols(value);
  const read = (name: string): unknown => {
    const symbol = symbols.find(({ description }) => description === name);
    return symbol === undefined ? undefined : Reflect.get(value, symbol);
  };
  const options = read('options');
  const factory = read('factory') as { name?: unknown } | undefined;
  if (typeof options !== 'object' || options === null || factory?.name !== 'defaultFactory') return false;
  return Object.values(options).every((option) => option === undefined || option === Number.POSITIVE_INFINITY);
}
