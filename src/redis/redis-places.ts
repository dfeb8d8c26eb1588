import type { Held, Holding, SharedPlaces } from '../state/quota-source.js';
import type { RedisClient } from './redis-connection.js';

/** How long a process may keep the only place while others have none, in milliseconds. */
const SLICE_MS = 250;

/**
 * One hash per limit: for each process what it holds, what it wants, until when, and since when. It says what a process
 * holds in all and not how much more, so that a request that was carried out twice, or after its sender gave up, does no
 * harm. The rule is that of `sharePlaces`; the time is the server's.
 */
const HOLD = `
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local own, limit, lease, slice = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local inUse, wanted = tonumber(ARGV[5]), tonumber(ARGV[6])
local rows = redis.call('hgetall', KEYS[1])
local wants, sum, taken, waiting = {wanted}, wanted, 0, false
local ownHeld, since = 0, now
for i = 1, #rows, 2 do
  local held, wants_, until_, since_ = string.match(rows[i + 1], '(%d+) (%d+) (%d+) (%d+)')
  held, wants_ = tonumber(held), tonumber(wants_)
  if rows[i] == own then
    if tonumber(until_) > now then ownHeld, since = held, tonumber(since_) end
  elseif held == nil or tonumber(until_) <= now then
    redis.call('hdel', KEYS[1], rows[i])
  else
    table.insert(wants, wants_)
    sum = sum + wants_
    taken = taken + held
    if held == 0 and wants_ > 0 then waiting = true end
  end
end
table.sort(wants)
local left, share = limit, limit
for i = 1, #wants do
  share = left / (#wants - i + 1)
  if wants[i] > share then break end
  left = left - wants[i]
  share = limit
end
local fair = math.min(wanted, math.ceil(share))
if share < 1 and waiting and ownHeld > 0 and now - since > slice then fair = 0 end
local places = math.max(inUse, math.min(fair, math.max(0, limit - taken)))
if ownHeld == 0 then since = now end
if places == 0 and wanted == 0 then
  redis.call('hdel', KEYS[1], own)
else
  redis.call('hset', KEYS[1], own, string.format('%d %d %.0f %.0f', places, wanted, now + lease, since))
  redis.call('pexpire', KEYS[1], lease * 2)
end
return {places, fair, sum > limit and 1 or 0}
`;

/** The command is defined on the client under this name. */
const COMMAND = 'llmGatewayHold';

interface HoldingClient {
  [COMMAND](...args: (string | number)[]): Promise<[places: number, fairPlaces: number, contested: number]>;
}

/** Teaches a client to hold places. */
export function definePlaces(client: RedisClient): void {
  client.defineCommand(COMMAND, { numberOfKeys: 1, lua: HOLD });
}

/** Places for calls in flight, kept in Redis under leases. */
export class RedisPlaces implements SharedPlaces {
  readonly leaseMs: number;
  readonly #open: () => Promise<RedisClient>;
  readonly #key: string;
  readonly #holder: string;
  readonly #limit: number;

  /** @param holder who holds them; unique among all processes. */
  constructor(open: () => Promise<RedisClient>, key: string, holder: string, limit: number, leaseMs: number) {
    this.#open = open;
    this.#key = key;
    this.#holder = holder;
    this.#limit = limit;
    this.leaseMs = leaseMs;
  }

  async hold({ inUse, wanted }: Holding): Promise<Held> {
    const client = (await this.#open()) as unknown as HoldingClient;
    const args = [this.#key, this.#holder, this.#limit, this.leaseMs, SLICE_MS, inUse, wanted];
    const [places, fairPlaces, contested] = await client[COMMAND](...args);
    return { places, fairPlaces, contested: contested === 1 };
  }
}
