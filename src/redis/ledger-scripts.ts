import { createHash } from 'node:crypto';

/**
 * The ledger's two scripts. All keys begin with `KEYS[1]`, whose hash tag keeps them in one slot of a cluster. Time is the
 * server's own, so that clocks of machines need not agree. Amounts travel as text: they are larger than Lua prints exactly.
 *
 * Keys: `:spent:<budget>` and `:held:<budget>` (hash: slot to nano-units), `:holds:<owner>` and `:sends:<owner>` (hash:
 * `budget|slot` to nano-units and to calls), `:owners` (sorted set by the end of the lease), `:hours` (sorted set),
 * `:sums:<hour>` (hash: sums of one kind of record), `:records` (stream), `:batch:<id>` (written once).
 */
const COMMON = `
local key = KEYS[1]
local function num(value) return tonumber(value or '0') or 0 end
local function text(value) return string.format('%.0f', value) end
local clock = redis.call('TIME')
local now = num(clock[1]) * 1000 + math.floor(num(clock[2]) / 1000)

local function stay(owner, leaseMs) redis.call('ZADD', key .. ':owners', text(now + leaseMs), owner) end

local function count(hour, field, amount, keepMs)
  local sums = key .. ':sums:' .. hour
  redis.call('HINCRBY', sums, field, amount)
  redis.call('ZADD', key .. ':hours', hour, hour)
  redis.call('PEXPIRE', sums, keepMs)
end

local function lose(owner, slot, nano, calls, maxRecords, keepMs)
  local hour = text(now - now % 3600000)
  local id = 'lost:' .. owner .. ':' .. slot
  local kind = '["(lost)","","","","lost","","USD","{}"]'
  count(hour, kind .. '|nano', nano, keepMs)
  count(hour, kind .. '|estimated', '1', keepMs)
  local record = '{"id":"' .. id .. '","callId":"' .. id .. '","attempt":0,"final":false,"at":' .. text(now)
    .. ',"operation":"(lost)","stream":false,"endpoint":"","model":"","tier":0,"tags":{},"status":"lost","fallback":false'
    .. ',"durationMs":0,"possiblyBilled":true,"cost":{"amountNano":' .. nano
    .. ',"currency":"USD","source":"estimated","priceVersion":"reservation"},"sends":' .. calls .. '}'
  redis.call('XADD', key .. ':records', 'MAXLEN', '~', maxRecords, '*', 'r', record)
end

local function bury(cover, maxRecords, keepMs)
  local dead = redis.call('ZRANGEBYSCORE', key .. ':owners', '-inf', text(now), 'LIMIT', 0, 16)
  for _, owner in ipairs(dead) do
    local holds = redis.call('HGETALL', key .. ':holds:' .. owner)
    for i = 1, #holds, 2 do
      local budget, slot = string.match(holds[i], '^(.-)|(.*)$')
      if num(holds[i + 1]) > 0 then
        redis.call('HINCRBY', key .. ':spent:' .. budget, slot, holds[i + 1])
        redis.call('HINCRBY', key .. ':held:' .. budget, slot, '-' .. holds[i + 1])
      end
      local calls = redis.call('HGET', key .. ':sends:' .. owner, holds[i])
      if budget == cover and num(calls) > 0 then lose(owner, slot, holds[i + 1], calls, maxRecords, keepMs) end
    end
    redis.call('DEL', key .. ':holds:' .. owner, key .. ':sends:' .. owner)
    redis.call('ZREM', key .. ':owners', owner)
  end
end
`;

/**
 * Grants money out of a budget. ARGV: owner, lease, cover, maxRecords, keep, budget, slot, since, limit (or empty), need,
 * want, calls, share of a block, oldest slot worth keeping. Returns granted, spent, held and the oldest slot that counts.
 */
const CLAIM_SCRIPT = `${COMMON}
local owner, budget, slot, since = ARGV[1], ARGV[6], ARGV[7], num(ARGV[8])
stay(owner, num(ARGV[2]))
bury(ARGV[3], ARGV[4], ARGV[5])
local function sum(name)
  local total, oldest = 0, nil
  local all = redis.call('HGETALL', name)
  for i = 1, #all, 2 do
    if num(all[i]) >= since then
      total = total + num(all[i + 1])
      if num(all[i + 1]) > 0 and (oldest == nil or num(all[i]) < oldest) then oldest = num(all[i]) end
    elseif num(all[i]) < num(ARGV[14]) then
      redis.call('HDEL', name, all[i])
    end
  end
  return total, oldest
end
local spent, oldest = sum(key .. ':spent:' .. budget)
local held = sum(key .. ':held:' .. budget)
local need, want, granted = num(ARGV[10]), num(ARGV[11]), 0
if ARGV[9] == '' then
  granted = want
else
  local left = num(ARGV[9]) - spent - held
  if need <= left then granted = math.max(need, math.min(want, math.floor(left / num(ARGV[13])))) end
end
local hold = budget .. '|' .. slot
if granted > 0 or num(ARGV[12]) > 0 then
  redis.call('HINCRBY', key .. ':holds:' .. owner, hold, text(granted))
  redis.call('HINCRBY', key .. ':held:' .. budget, slot, text(granted))
  if num(ARGV[12]) > 0 then redis.call('HINCRBY', key .. ':sends:' .. owner, hold, ARGV[12]) end
end
return { text(granted), text(spent), text(held + granted), oldest and text(oldest) or '' }
`;

/**
 * Writes a batch once. ARGV: owner, lease, cover, maxRecords, keep, batch id (empty: only renews the lease), then counts of settlements, sums and records,
 * then five values for each settlement (budget, slot, spent, freed, calls), three for each sum (hour, field, amount), and
 * each record as JSON.
 */
const WRITE_SCRIPT = `${COMMON}
local owner = ARGV[1]
stay(owner, num(ARGV[2]))
if ARGV[6] ~= '' and not redis.call('SET', key .. ':batch:' .. ARGV[6], '1', 'NX', 'EX', 3600) then return 0 end
local at = 10
for _ = 1, num(ARGV[7]) do
  local budget, slot, spent, freed, calls = ARGV[at], ARGV[at + 1], num(ARGV[at + 2]), num(ARGV[at + 3]), num(ARGV[at + 4])
  at = at + 5
  local hold = budget .. '|' .. slot
  local row = redis.call('HGET', key .. ':holds:' .. owner, hold)
  if row then
    local taken = math.min(freed, num(row))
    if taken > 0 then
      redis.call('HINCRBY', key .. ':holds:' .. owner, hold, '-' .. text(taken))
      redis.call('HINCRBY', key .. ':held:' .. budget, slot, '-' .. text(taken))
    end
    local sends = num(redis.call('HGET', key .. ':sends:' .. owner, hold))
    local done = math.min(calls, sends)
    if done > 0 then redis.call('HINCRBY', key .. ':sends:' .. owner, hold, '-' .. text(done)) end
    if num(row) == taken and sends == done then
      redis.call('HDEL', key .. ':holds:' .. owner, hold)
      redis.call('HDEL', key .. ':sends:' .. owner, hold)
    end
  else
    -- The lease ran out, and all that is freed here was counted as spent then: only the excess is new.
    spent = math.max(0, spent - freed)
  end
  if spent > 0 then redis.call('HINCRBY', key .. ':spent:' .. budget, slot, text(spent)) end
end
for _ = 1, num(ARGV[8]) do
  count(ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[5])
  at = at + 3
end
for _ = 1, num(ARGV[9]) do
  redis.call('XADD', key .. ':records', 'MAXLEN', '~', ARGV[4], '*', 'r', ARGV[at])
  at = at + 1
end
return 1
`;

/** A script with the name under which the server remembers it. */
export interface Script {
  readonly script: string;
  readonly sha: string;
}

export const CLAIM = scriptOf(CLAIM_SCRIPT);
export const WRITE = scriptOf(WRITE_SCRIPT);

function scriptOf(script: string): Script {
  return { script, sha: createHash('sha1').update(script).digest('hex') };
}
