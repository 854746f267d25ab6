import { Fault } from '../../base/fault.ts';
import { tlsKind, tlsMessage } from './tls-faults.ts';

interface Kind {
  readonly code: 'backend-unreachable' | 'backend-denied' | 'backend-failed' | 'unsupported';
  readonly what: string;
  readonly next: string;
  /** False unless waiting alone may help. */
  readonly retryable?: boolean;
}

const denied = (what: string): Kind => ({
  code: 'backend-denied',
  what,
  next: 'Check user and password in REDIS_URL, and what ACL LIST grants this user',
});

const unreachable = (what: string, next: string): Kind => ({
  code: 'backend-unreachable',
  what,
  next,
  retryable: true,
});

const failed = (what: string, next: string): Kind => ({ code: 'backend-failed', what, next });

const checkServer =
  'Check that the server runs and does not hang, that host and port in REDIS_URL are right, and that rediss:// is used for TLS only';

const checkLoad = 'Look whether the server hangs or has too much to do (SLOWLOG GET), and at the network';

/** By the first word of an error reply, https://redis.io/docs/latest/develop/reference/protocol-spec/ */
const replies: Readonly<Record<string, Kind>> = {
  WRONGPASS: denied('refused the password'),
  NOAUTH: denied('asks for a password'),
  NOPERM: denied('does not permit this'),
  LOADING: unreachable('is still loading its data', 'Wait until it has loaded'),
  BUSY: unreachable('is busy with a script', 'Wait; look at SLOWLOG GET'),
  MASTERDOWN: unreachable('has lost its master', 'Check the replication with INFO replication'),
  CLUSTERDOWN: unreachable('belongs to a cluster that is down', 'Check CLUSTER INFO'),
  TRYAGAIN: unreachable('is handing over this slot', 'Try again'),
  READONLY: {
    ...denied('is a replica and takes no writes'),
    next: 'Point REDIS_URL at the master',
  },
  OOM: failed('is out of memory; nothing was written', 'Raise maxmemory or free memory'),
  MISCONF: failed('cannot save to its disk and takes no writes', "Check the server's disk and log"),
};

/** By the `code` of what the socket threw. */
const sockets: Readonly<Record<string, Kind>> = {
  ECONNREFUSED: unreachable('refused the connection', checkServer),
  ENOTFOUND: unreachable(
    'has a host name that cannot be found',
    'Check the host in REDIS_URL and the name service',
  ),
  EAI_AGAIN: unreachable('has a host name that cannot be looked up now', 'Check the name service'),
  ETIMEDOUT: unreachable('did not answer in time', checkServer),
};

/** @param server for people */
export const redisFault = (thrown: unknown, server: string): Fault =>
  faultOf(thrown, `Redis at ${server}`, (kind) => kind);

/** @param sentinel for people @param ownLogin whether it has been given a user of the sentinels' own */
export const sentinelFault = (thrown: unknown, sentinel: string, ownLogin: boolean): Fault =>
  faultOf(thrown, `The sentinel at ${sentinel}`, (kind) => {
    if (kind.code !== 'backend-denied') return kind;
    if (isNotPermitted(thrown)) return { ...kind, next: grantSentinel };
    return { ...kind, next: ownLogin ? checkSentinelLogin : giveSentinelLogin };
  });

const grantSentinel =
  'Grant +sentinel|get-master-addr-by-name and +sentinel|replicas on the sentinels to this user';
const checkSentinelLogin =
  'Check REDIS_SENTINEL_USERNAME and REDIS_SENTINEL_PASSWORD against ACL LIST on the sentinel';
const giveSentinelLogin =
  'Sentinels get user and password of REDIS_URL; where theirs differ, set REDIS_SENTINEL_USERNAME and REDIS_SENTINEL_PASSWORD';

function faultOf(thrown: unknown, who: string, adjust: (kind: Kind) => Kind): Fault {
  if (thrown instanceof Fault) return thrown;
  const message = messageOf(thrown);
  const { code, what, next, retryable = false } = adjust(kindOf(thrown, message));
  // Not the error itself: it carries the arguments of its command, and those of AUTH are a password.
  return new Fault(code, `${who} ${what}: ${message}`, { next, retryable, cause: new Error(message) });
}

function kindOf(thrown: unknown, message: string): Kind {
  if (isReply(thrown)) return replyKind(message);
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const tls = tlsKind(code);
  if (tls) return { ...unreachable(tls.what, tls.next), retryable: false };
  if (sockets[code]) return sockets[code];
  return /^(Command timed out|no answer)/.test(message)
    ? unreachable('did not answer in time', checkLoad)
    : unreachable('lost the connection', checkServer);
}

function replyKind(message: string): Kind {
  const known = replies[message.split(' ', 1)[0] ?? ''];
  if (known) return known;
  if (/DB index/.test(message)) {
    return failed(
      'has no such database',
      "Choose one below the server's `databases`, as REDIS_URL's last number",
    );
  }
  if (/unknown command.*sentinel/i.test(message)) {
    return failed('is no sentinel', 'Name the sentinels in REDIS_URL, or use redis:// for the server itself');
  }
  if (/cluster support disabled/.test(message)) {
    return failed('is no cluster', 'Use redis:// in REDIS_URL for one server');
  }
  if (/ACL failure/.test(message)) return denied('does not permit this');
  if (/unknown (redis )?command|acl_check_cmd/i.test(message)) {
    return { code: 'unsupported', what: 'is too old', next: 'Redis 7.0 or newer is needed' };
  }
  return failed('refused a command', "Look into the server's log");
}

/** The ACL withholds this one command. */
export const isNotPermitted = (thrown: unknown): boolean => isReplyOf(thrown, 'NOPERM');

/** Its first word. */
export const isReplyOf = (thrown: unknown, word: string): boolean =>
  thrown instanceof Error && isReply(thrown) && thrown.message.split(' ', 1)[0] === word;

function isReply(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'ReplyError';
}

function messageOf(thrown: unknown): string {
  const said = withoutArguments(thrown instanceof Error ? tlsMessage(thrown) : String(thrown));
  const message = said.replace(/\.$/, '');
  // The client speaks of settings of its own.
  if (/^Stream isn't writeable/.test(message)) return 'Connection is closed';
  const [, silentMs] = /^Socket timeout\..* in (\d+)ms/.exec(message) ?? [];
  return silentMs === undefined ? message : `no answer within ${silentMs} ms`;
}

/** An unknown command is answered with its first arguments. */
function withoutArguments(message: string): string {
  return message.replace(/,? with args beginning with:.*/s, '');
}
