/**
 * Redis 7.4 as far as its hash-field times of deletion go: a proxy before an older server, which has each script see
 * a newer version and answers its HPEXPIRETIME as https://redis.io/docs/latest/commands/hpexpiretime/ says. The
 * times of the fields of a key are the hash `times of <key>`.
 */
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const prelude = `
  local real = redis
  local function fieldTimes(key, word, count, ...)
    if word ~= 'FIELDS' or count ~= select('#', ...) or count < 1 then error('ERR wrong arguments of HPEXPIRETIME') end
    local times = {}
    for at, field in ipairs({...}) do times[at] = tonumber(real.call('HGET', 'times of ' .. key, field) or -1) end
    return times
  end
  local redis = setmetatable({
    REDIS_VERSION_NUM = 0x070400,
    call = function(command, ...)
      if command == 'HPEXPIRETIME' then return fieldTimes(...) end
      return real.call(command, ...)
    end,
  }, {__index = real})
`;

export function startRedis74(olderPort: number): Promise<TcpProxy> {
  return startTcpProxy(olderPort, (request) =>
    Buffer.from(withPrelude(request.toString('latin1')), 'latin1'),
  );
}

/** In the protocol a script is its length and its text. One that is known is not found, and so sent in full. */
function withPrelude(request: string): string {
  const unknown = request.replace(/(\$7\r\nevalsha\r\n\$40\r\n)[0-9a-f]{40}/g, `$1${'0'.repeat(40)}`);
  const script = /\$4\r\neval\r\n\$(\d+)\r\n/g;
  let rewritten = '';
  let from = 0;
  for (let match = script.exec(unknown); match; match = script.exec(unknown)) {
    const [, length] = match;
    const start = script.lastIndex;
    const text = unknown.slice(start, start + Number(length));
    rewritten += unknown.slice(from, match.index);
    rewritten += `$4\r\neval\r\n$${prelude.length + text.length}\r\n${prelude}${text}`;
    from = start + text.length;
    script.lastIndex = from;
  }
  return rewritten + unknown.slice(from);
}
