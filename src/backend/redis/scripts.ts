/** The steps that must be atomic on the server. Each is about one game. */
import type { Result } from 'ioredis';

// A user who may do only some of it would leave half of a step behind: a script does not roll back.
const checkPermissions = `
  for _, command in ipairs({'HSET', 'HDEL', 'PERSIST', 'PEXPIREAT'}) do
    if not redis.acl_check_cmd(command, KEYS[1], '1', '1') then
      return redis.error_reply('NOPERM this user may not run ' .. command .. ' on ' .. KEYS[1])
    end
  end
`;

// Revisions are compared as text: it is canonical, and Lua's numbers would round.
const readRevision = `
  local rev = redis.call('HGET', KEYS[1], 'rev')
  if not rev and redis.call('EXISTS', KEYS[1]) == 0 then rev = 'absent' end
  if not rev or not (rev == 'absent' or string.match(rev, '^[1-9]%d*$')) then return {'damaged', ''} end
`;

// Beyond this bound numbers round, and a field is somebody else's.
const revisionOf = `
  local function revisionOf(name, kind)
    local revision = tonumber(string.match(name, '^' .. kind .. ':([1-9]%d*)$'))
    return revision and revision <= ${Number.MAX_SAFE_INTEGER} and revision
  end
`;

const trim = `${revisionOf}
  local function trim(keep, dropEventsThrough)
    local snapshots = {}
    for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do
      local event, snapshot = revisionOf(name, 'e'), revisionOf(name, 's')
      if event and event <= dropEventsThrough then redis.call('HDEL', KEYS[1], name) end
      if snapshot then table.insert(snapshots, snapshot) end
    end
    table.sort(snapshots, function(a, b) return a > b end)
    for index = keep + 1, #snapshots do
      redis.call('HDEL', KEYS[1], string.format('s:%.0f', snapshots[index]))
    end
  end
`;

/**
 * ARGV: expected ('absent' for none), next revision, phase, time, time of deletion or '', number of snapshots kept or
 * '' when none comes with it, names and values of event and snapshot in turn.
 */
const appendGame = `${checkPermissions}${readRevision}${trim}
  if rev ~= ARGV[1] then return {'conflict', rev} end
  redis.call('HSET', KEYS[1], 'rev', ARGV[2], 'phase', ARGV[3], 'updated', ARGV[4], unpack(ARGV, 7))
  if rev == 'absent' then redis.call('HSET', KEYS[1], 'created', ARGV[4]) end
  if ARGV[5] == '' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIREAT', KEYS[1], ARGV[5]) end
  if ARGV[6] ~= '' then trim(tonumber(ARGV[6]), 0) end
  return {'done', ARGV[2]}
`;

/**
 * Takes several games, each of which fails on its own. ARGV: for each key, how many arguments follow, and those of
 * appendGame. Answers the replies in turn.
 */
const append = `
  local function appendGame(KEYS, ARGV) ${appendGame} end
  local replies, at = {}, 1
  for index, key in ipairs(KEYS) do
    local last = at + tonumber(ARGV[at])
    local _, reply = pcall(appendGame, {key}, {unpack(ARGV, at + 1, last)})
    replies[index] = type(reply) == 'table' and reply or {err = tostring(reply)}
    at = last + 1
  end
  return replies
`;

/** ARGV: revision, snapshot, number of snapshots kept, revision through which events are dropped. */
const putSnapshot = `${checkPermissions}${readRevision}${trim}
  if rev == 'absent' or tonumber(rev) < tonumber(ARGV[1]) then return {'refused', rev} end
  redis.call('HSET', KEYS[1], 's:' .. ARGV[1], ARGV[2])
  trim(tonumber(ARGV[3]), tonumber(ARGV[4]))
  return {'done', rev}
`;

/** Redis 7.4 and Valkey 9 give single fields a time of deletion. */
const fieldsMayExpire = `
  local function fieldsMayExpire()
    local version, valkey = redis.REDIS_VERSION_NUM, redis.VALKEY_VERSION_NUM
    return (valkey or version) >= (valkey and 0x090000 or 0x070400)
  end
`;

/** Answers the first field with a time of deletion, or ''. Servers that know no such are not asked. */
const mortalField = `${fieldsMayExpire}
  local function mortalField()
    if not fieldsMayExpire() then return '' end
    local names = redis.call('HKEYS', KEYS[1])
    for first = 1, #names, 1000 do
      local last = math.min(first + 999, #names)
      local times = redis.call('HPEXPIRETIME', KEYS[1], 'FIELDS', last - first + 1, unpack(names, first, last))
      for at, time in ipairs(times) do
        if time > 0 then return names[first + at - 1] end
      end
    end
    return ''
  end
`;

/**
 * Answers type, time of deletion (negative for none), names and values in turn, and a field with a time of deletion
 * of its own or ''. A script and no transaction: a
 * server that is out of memory refuses even to queue a read, and that is when people need to read.
 */
const readGame = `${mortalField}
  local type = redis.call('TYPE', KEYS[1]).ok
  if type ~= 'hash' then return {type, -1, {}, ''} end
  return {type, redis.call('PEXPIRETIME', KEYS[1]), redis.call('HGETALL', KEYS[1]), mortalField()}
`;

/** ARGV: number of fields found (0 for no game), their time of deletion, names and values in turn. */
const compare = `${mortalField}
  local count = tonumber(ARGV[1])
  local type = redis.call('TYPE', KEYS[1]).ok
  if type ~= (count == 0 and 'none' or 'hash') then return 'changed' end
  if count > 0 then
    if redis.call('HLEN', KEYS[1]) ~= count then return 'changed' end
    if redis.call('PEXPIRETIME', KEYS[1]) ~= tonumber(ARGV[2]) then return 'changed' end
    if mortalField() ~= '' then return 'changed' end
  end
  local after = 3 + count * 2
  for at = 3, after - 1, 2 do
    if redis.call('HGET', KEYS[1], ARGV[at]) ~= ARGV[at + 1] then return 'changed' end
  end
`;

/** ARGV: as compare, then time of deletion or '', names and values in turn. */
const replaceGame = `${checkPermissions}${compare}
  local expiry = ARGV[after]
  local time = redis.call('TIME')
  if expiry ~= '' and tonumber(expiry) <= time[1] * 1000 + time[2] / 1000 then return 'expired' end
  -- Adds before it removes: only the first write can fail, and then nothing has changed.
  local kept = {}
  for at = after + 1, #ARGV, 2 do
    redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1])
    kept[ARGV[at]] = true
  end
  for at = 3, after - 1, 2 do
    if not kept[ARGV[at]] then redis.call('HDEL', KEYS[1], ARGV[at]) end
  end
  if expiry == '' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIREAT', KEYS[1], expiry) end
  return 'written'
`;

/** ARGV: as compare. */
const removeGame = `${compare}
  redis.call('DEL', KEYS[1])
  return 'written'
`;

/** Answers the phase, or nothing, and the number of snapshots. */
const countGame = `${revisionOf}
  if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return {false, 0} end
  local snapshots = 0
  for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do
    if revisionOf(name, 's') then snapshots = snapshots + 1 end
  end
  return {redis.call('HGET', KEYS[1], 'phase'), snapshots}
`;

/** Answers 1 where single fields may have a time of deletion, else 0. */
const canFieldsExpire = `${fieldsMayExpire}
  return fieldsMayExpire() and 1 or 0
`;

/** ARGV: lock before and after, '' for none, and its lease in ms. Answers what is there then. Takes no memory worth refusing. */
const changeLock = `#!lua flags=allow-oom
  for _, command in ipairs({'SET', 'DEL'}) do
    if not redis.acl_check_cmd(command, KEYS[1], '1') then
      return redis.error_reply('NOPERM this user may not run ' .. command .. ' on ' .. KEYS[1])
    end
  end
  local found = redis.call('GET', KEYS[1]) or ''
  if found ~= ARGV[1] then return found end
  if ARGV[2] == '' then
    redis.call('DEL', KEYS[1])
  else
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  end
  return ARGV[2]
`;

/** ARGV: a key of each layout. Answers the commands that this user may not run on one of them. */
const lackingRights = `
  local lacking = {}
  local function check(...)
    local asked = {...}
    if redis.acl_check_cmd(unpack(asked)) then return end
    for _, command in ipairs(lacking) do
      if command == asked[1] then return end
    end
    table.insert(lacking, asked[1])
  end
  check('SCAN', '0')
  for _, key in ipairs(ARGV) do
    for _, command in ipairs({'TYPE', 'PEXPIRETIME', 'HGETALL', 'HKEYS', 'HLEN', 'EXISTS', 'PERSIST', 'DEL'}) do
      check(command, key)
    end
    check('HGET', key, '1')
    check('HDEL', key, '1')
    check('HSET', key, '1', '1')
    check('PEXPIREAT', key, '1')
  end
  return lacking
`;

export const scripts = {
  gkAppend: { lua: append },
  gkPutSnapshot: { numberOfKeys: 1, lua: putSnapshot },
  gkReadGame: { numberOfKeys: 1, lua: readGame, readOnly: true },
  gkReplaceGame: { numberOfKeys: 1, lua: replaceGame },
  gkRemoveGame: { numberOfKeys: 1, lua: removeGame },
  gkChangeLock: { numberOfKeys: 1, lua: changeLock },
  gkLackingRights: { numberOfKeys: 0, lua: lackingRights, readOnly: true },
  gkCountGame: { numberOfKeys: 1, lua: countGame, readOnly: true },
  gkFieldsMayExpire: { numberOfKeys: 0, lua: canFieldsExpire, readOnly: true },
};

export type Argument = string | number | Buffer;

export type AppendReply = readonly [outcome: string, revision: string];

declare module 'ioredis' {
  interface RedisCommander<Context> {
    gkAppend(
      numberOfKeys: number,
      ...keysAndArgv: Argument[]
    ): Result<readonly (AppendReply | Error)[], Context>;
    gkPutSnapshot(key: string, ...argv: Argument[]): Result<[outcome: string, revision: string], Context>;
    gkReadGameBuffer(
      key: string,
    ): Result<[type: Buffer, expiresAtMs: number, fields: readonly Buffer[], mortalField: Buffer], Context>;
    gkReplaceGame(key: string, ...argv: Argument[]): Result<'written' | 'changed' | 'expired', Context>;
    gkRemoveGame(key: string, ...argv: Argument[]): Result<'written' | 'changed', Context>;
    gkChangeLock(key: string, from: string, to: string, leaseMs: number): Result<string, Context>;
    gkLackingRights(...keys: string[]): Result<string[], Context>;
    gkFieldsMayExpire(): Result<number, Context>;
    gkCountGame(key: Buffer): Result<[phase: string | null, snapshots: number], Context>;
  }
}
