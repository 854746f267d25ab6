/** The steps that must be atomic on the server. Each takes the key of one game. */
import type { Result } from 'ioredis';

// Revisions are compared as text: it is canonical, and Lua's numbers would round.
const readRevision = `
  local rev = redis.call('HGET', KEYS[1], 'rev')
  if not rev and redis.call('EXISTS', KEYS[1]) == 0 then rev = 'absent' end
  if not rev or not (rev == 'absent' or string.match(rev, '^[1-9]%d*$')) then return {'damaged', ''} end
`;

/** ARGV: expected ('absent' for none), next revision, phase, time, event, time of deletion or ''. */
const append = `${readRevision}
  if rev ~= ARGV[1] then return {'conflict', rev} end
  redis.call('HSET', KEYS[1], 'rev', ARGV[2], 'phase', ARGV[3], 'updated', ARGV[4], 'e:' .. ARGV[2], ARGV[5])
  if rev == 'absent' then redis.call('HSET', KEYS[1], 'created', ARGV[4]) end
  if ARGV[6] == '' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIREAT', KEYS[1], ARGV[6]) end
  return {'done', ARGV[2]}
`;

/** ARGV: revision, snapshot, number of snapshots kept, revision through which events are dropped. */
const putSnapshot = `${readRevision}
  if rev == 'absent' or tonumber(rev) < tonumber(ARGV[1]) then return {'refused', rev} end
  redis.call('HSET', KEYS[1], 's:' .. ARGV[1], ARGV[2])
  local snapshots = {}
  for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do
    local kind, revision = string.match(name, '^([es]):([1-9]%d*)$')
    if kind == 's' then table.insert(snapshots, tonumber(revision)) end
    if kind == 'e' and tonumber(revision) <= tonumber(ARGV[4]) then redis.call('HDEL', KEYS[1], name) end
  end
  table.sort(snapshots, function(a, b) return a > b end)
  for index = tonumber(ARGV[3]) + 1, #snapshots do
    redis.call('HDEL', KEYS[1], string.format('s:%.0f', snapshots[index]))
  end
  return {'done', rev}
`;

/** Answers the phase, or nothing, and the number of snapshots. */
const countGame = `
  if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return {false, 0} end
  local snapshots = 0
  for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do
    if string.match(name, '^s:[1-9]%d*$') then snapshots = snapshots + 1 end
  end
  return {redis.call('HGET', KEYS[1], 'phase'), snapshots}
`;

export const scripts = {
  gkAppend: { numberOfKeys: 1, lua: append },
  gkPutSnapshot: { numberOfKeys: 1, lua: putSnapshot },
  gkCountGame: { numberOfKeys: 1, lua: countGame, readOnly: true },
};

type Argument = string | number | Buffer;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    gkAppend(key: string, ...argv: Argument[]): Result<[outcome: string, revision: string], Context>;
    gkPutSnapshot(key: string, ...argv: Argument[]): Result<[outcome: string, revision: string], Context>;
    gkCountGame(key: Buffer): Result<[phase: string | null, snapshots: number], Context>;
  }
}
