import { hash } from 'node:crypto';

/** A Lua script, and its digest for `EVALSHA`. */
export interface RedisScript {
  readonly source: string;
  readonly sha1: string;
  /** the same script, but it always writes if there is a record */
  readonly touching: { readonly source: string; readonly sha1: string };
}

// Every script: KEYS[1] is the record, a hash; KEYS[2] its answer, a separate string: the server drops the answer when
// it expires, and keeps the record, which refuses a second execution (fields of a hash can expire only from Redis 7.4
// on). ARGV[1] is the time in milliseconds; empty for that of the server.
//
// Fields of a record: token, fingerprint, firstSeenAt, forgetAt, leaseUntil and claimId while it is leased, answerUntil
// if an answer was kept, location. A hash with only drawId is not a record: it marks a slot for which a fencing token
// is being drawn.

// `WAIT` is documented to wait for the writes of the same connection. A script that only reads may see a write of
// another connection that no replica has yet. So it writes too, to have something to wait for.
const touch = `
local leavesAtNow = redis.call('PEXPIRETIME', KEYS[1])
if leavesAtNow > 0 then
  redis.call('PEXPIREAT', KEYS[1], leavesAtNow)
end
`;

// The server's own expiry only frees memory: the time in the record decides. `leavesAt` is for a test, whose clock is
// not that of the server.
const time = `
local time = redis.call('TIME')
local serverNow = time[1] * 1000 + math.floor(time[2] / 1000)
local now = tonumber(ARGV[1]) or serverNow
local nowMicros = now == serverNow and time[1] * 1000000 + time[2] or now * 1000
local function leavesAt(untilMs)
  return untilMs - now + serverNow
end
`;

const record = `${time}
local token, fingerprint, firstSeenAt, forgetAt, leaseUntil, answerUntil, location, claimId, drawId =
  unpack(redis.call('HMGET', KEYS[1], 'token', 'fingerprint', 'firstSeenAt', 'forgetAt', 'leaseUntil',
    'answerUntil', 'location', 'claimId', 'drawId'))
local isAbandoned = leaseUntil and now >= tonumber(leaseUntil)
local isUnknown = not token or (now >= tonumber(forgetAt) and (isAbandoned or not leaseUntil))

local function tell()
  local answer = false
  if answerUntil and now < tonumber(answerUntil) then
    answer = redis.call('GET', KEYS[2])
  end
  return {'found', now, token, fingerprint, firstSeenAt, leaseUntil, location, answerUntil, answer}
end
`;

// The next token is at least the clock in microseconds, so a counter that a fail-over set back or lost does not issue
// its old tokens again. Exact in a double until the year 2255.
const sequence = `
local function nextToken(counter, above)
  local last = math.max(tonumber(redis.call('GET', counter) or 0), above)
  local next = math.max(last + 1, nowMicros)
  -- From 2^53 on a double is not exact: the same token would be given again and again.
  if next > ${Number.MAX_SAFE_INTEGER} then
    error('the fencing tokens are used up')
  end
  local drawn = string.format('%.0f', next)
  redis.call('SET', counter, drawn)
  return drawn
end
`;

/**
 * Returns `{'claimed', now, token}`, `{'found', now, …record}`, or `{'free', now, above, drawId}`. After `free`, draw a
 * token above `above` and claim again with it. KEYS[3] is the token counter, if one server has all keys. ARGV: now,
 * claimId, fingerprint, leaseMs, retentionMs, takeOver, token, drawId.
 */
export const claimScript = newScript(`${record}${sequence}
if not isUnknown then
  -- A driver that lost its connection sends its commands again: the same claim holds what it took the first time.
  if leaseUntil and claimId == ARGV[2] then
    return {'claimed', now, token}
  end
  if not (isAbandoned and token == ARGV[6]) then
    return tell()
  end
end

local drawn = ARGV[7]
if KEYS[3] then
  drawn = nextToken(KEYS[3], tonumber(token or 0))
elseif token then
  if drawn == '' or tonumber(drawn) <= tonumber(token) then
    return {'free', now, token, ''}
  end
elseif not drawId or drawId ~= ARGV[8] then
  if not drawId then
    drawId = ARGV[2]
    redis.call('HSET', KEYS[1], 'drawId', drawId)
    redis.call('PEXPIRE', KEYS[1], 60000)
  end
  return {'free', now, '0', drawId}
end

if isUnknown then
  redis.call('DEL', KEYS[1], KEYS[2])
  forgetAt = now + ARGV[5]
  redis.call('HSET', KEYS[1], 'fingerprint', ARGV[3], 'firstSeenAt', now, 'forgetAt', forgetAt)
end
leaseUntil = now + ARGV[4]
redis.call('HSET', KEYS[1], 'token', drawn, 'leaseUntil', leaseUntil, 'claimId', ARGV[2])
redis.call('PEXPIREAT', KEYS[1], leavesAt(math.max(forgetAt, leaseUntil)))
return {'claimed', now, drawn}
`);

/** Draws a fencing token. KEYS[1] is the counter; ARGV: now, above. */
export const drawScript = newScript(`${time}${sequence}
return nextToken(KEYS[1], tonumber(ARGV[2]))
`);

/** ARGV: now, token, leaseMs. */
export const renewScript = newScript(`${record}
if token ~= ARGV[2] or not leaseUntil then
  return 0
end
leaseUntil = now + ARGV[3]
redis.call('HSET', KEYS[1], 'leaseUntil', leaseUntil)
redis.call('PEXPIREAT', KEYS[1], leavesAt(math.max(forgetAt, leaseUntil)))
return 1
`);

/** ARGV: now, token, answerTtlMs, then the names and values to keep: answer, location. */
export const completeScript = newScript(`${record}
if token ~= ARGV[2] then
  return 0
end
if not leaseUntil then
  return 1
end
local kept = {}
for at = 4, #ARGV, 2 do
  kept[ARGV[at]] = ARGV[at + 1]
end
-- First what a full server refuses: a script that fails is not rolled back.
if kept.answer then
  answerUntil = now + ARGV[3]
  redis.call('SET', KEYS[2], kept.answer, 'PXAT', leavesAt(answerUntil))
  redis.call('HSET', KEYS[1], 'answerUntil', answerUntil)
end
if kept.location then
  redis.call('HSET', KEYS[1], 'location', kept.location)
end
redis.call('HDEL', KEYS[1], 'leaseUntil', 'claimId')
redis.call('PEXPIREAT', KEYS[1], leavesAt(tonumber(forgetAt)))
return 1
`);

/** ARGV: now, token. */
export const releaseScript = newScript(`${record}
if token ~= ARGV[2] or not leaseUntil then
  return 0
end
redis.call('DEL', KEYS[1], KEYS[2])
return 1
`);

/** Returns `{'found', now, …record}` or nothing. ARGV: now. */
export const inspectScript = newScript(`${record}
if isUnknown then
  return false
end
return tell()
`);

export function newScript(source: string): RedisScript {
  const touching = touch + source;
  return {
    source,
    sha1: hash('sha1', source, 'hex'),
    touching: { source: touching, sha1: hash('sha1', touching, 'hex') },
  };
}
