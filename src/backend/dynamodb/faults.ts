import { asFault, Fault, type FaultCode } from '../../base/fault.ts';

interface Kind {
  readonly code: FaultCode;
  readonly what: string;
  readonly next: string;
  /** False unless waiting alone may help. */
  readonly retryable?: boolean;
}

const denied = (what: string, next: string): Kind => ({ code: 'backend-denied', what, next });
const unreachable = (what: string, next: string): Kind => ({
  code: 'backend-unreachable',
  what,
  next,
  retryable: true,
});
const failed = (what: string, next: string): Kind => ({ code: 'backend-failed', what, next });

const checkCredentials =
  'Check the AWS credentials of this process (AWS_PROFILE, AWS_ACCESS_KEY_ID, its role)';
const checkAddress = 'Check the network, the AWS region and DYNAMODB_ENDPOINT';

const noCredentials = denied('was not asked, as there are no AWS credentials', checkCredentials);
const badCredentials = denied('does not accept the AWS credentials', checkCredentials);
// Waiting alone helps, and a breaker that opens over it takes load off a table that has too much.
const throttled = unreachable(
  'throttles this table',
  'Wait, or raise its capacity (on-demand grows by itself, within its limits)',
);
const broken = unreachable('has a problem of its own', 'Wait; look at the AWS Health Dashboard');
const slow = unreachable('did not answer in time', checkAddress);

/** By the name of the exception. */
const exceptions: Readonly<Record<string, Kind>> = {
  ProvisionedThroughputExceededException: throttled,
  ThrottlingException: throttled,
  ThrottledException: throttled,
  RequestLimitExceeded: throttled,
  AccessDeniedException: denied(
    'does not permit this',
    'Grant the rights on this table that the README lists for DynamoDB',
  ),
  UnrecognizedClientException: badCredentials,
  InvalidSignatureException: badCredentials,
  IncompleteSignatureException: badCredentials,
  MissingAuthenticationTokenException: badCredentials,
  MissingAuthenticationToken: badCredentials,
  ExpiredTokenException: denied('says that the AWS credentials have expired', 'Sign in again'),
  ExpiredToken: denied('says that the AWS credentials have expired', 'Sign in again'),
  CredentialsProviderError: noCredentials,
  TokenProviderError: noCredentials,
  ResourceNotFoundException: {
    code: 'backend-missing',
    what: 'has no such table',
    next: 'Check DYNAMODB_STATE_TABLE and the AWS region; a table that was just made takes a moment',
  },
  ResourceInUseException: failed(
    'has this table already, or is changing it',
    'Use that table, or name another one',
  ),
  ValidationException: failed('refused a request', 'Report this with the message'),
  UnknownOperationException: {
    code: 'unsupported',
    what: 'does not know a request',
    next: 'Check that DYNAMODB_ENDPOINT is a DynamoDB',
  },
  TimeoutError: slow,
};

/** By the `code` of what the socket threw. */
const sockets: Readonly<Record<string, Kind>> = {
  ECONNREFUSED: unreachable('refused the connection', checkAddress),
  ENOTFOUND: unreachable('has a host name that cannot be found', checkAddress),
  EAI_AGAIN: unreachable('has a host name that cannot be looked up now', 'Check the name service'),
  ETIMEDOUT: slow,
};

/** How a failure of one request is met: `throttled` was not carried out, `unclear` may have been. */
export type Failure = 'throttled' | 'unclear' | 'final';

export function failureOf(thrown: unknown): Failure {
  if (exceptions[nameOf(thrown)] === throttled) return 'throttled';
  const status = statusOf(thrown);
  if (status !== undefined) return status >= 500 ? 'unclear' : 'final';
  const kind = sockets[codeOf(thrown)];
  // A host that is not there will not be there in a second either: whoever waits should know.
  return kind || nameOf(thrown) in exceptions || nameOf(thrown) === 'AbortError' ? 'final' : 'unclear';
}

export const isConditionFailed = (thrown: unknown): boolean =>
  nameOf(thrown) === 'ConditionalCheckFailedException';

export const isMissingTable = (thrown: unknown): boolean => nameOf(thrown) === 'ResourceNotFoundException';

export const isUnknownOperation = (thrown: unknown): boolean =>
  nameOf(thrown) === 'UnknownOperationException';

export const isDenied = (thrown: unknown): boolean => nameOf(thrown) === 'AccessDeniedException';

export const isTooLarge = (thrown: unknown): boolean =>
  nameOf(thrown) === 'ValidationException' && /item size/i.test(String(thrown));

/** @param location without secrets */
export function dynamoFault(thrown: unknown, location: string): Fault {
  if (thrown instanceof Fault) return thrown;
  const message = messageOf(thrown);
  if (nameOf(thrown) === 'AbortError') return asFault(thrown);
  const { code, what, next, retryable = false } = kindOf(thrown);
  // Not the error itself: it carries its request, and that is signed.
  return new Fault(code, `DynamoDB at ${location} ${what}: ${message}`, {
    next,
    retryable,
    cause: new Error(message),
  });
}

/** The client puts its own name before what it says, and `UnknownError` where the server said nothing. */
function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const said = thrown.message.replace(/^@smithy\/\S+ - \[ERROR\] /, '');
  return said === '' || said === 'UnknownError' ? thrown.name : said;
}

function kindOf(thrown: unknown): Kind {
  const known = exceptions[nameOf(thrown)];
  if (known) return known;
  const status = statusOf(thrown);
  if (status !== undefined && status >= 500) return broken;
  if (status !== undefined && status >= 300)
    return failed('refused a request', 'Report this with the message');
  const code = codeOf(thrown);
  if (code.includes('CERT') || code === 'EPROTO') {
    return { ...unreachable('failed in the TLS handshake', 'Check its certificate'), retryable: false };
  }
  return sockets[code] ?? unreachable('lost the connection', checkAddress);
}

/** The client calls a connection that was cut a timeout too. */
function nameOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return '';
  return thrown.name === 'TimeoutError' && isCut(thrown) ? 'Error' : thrown.name;
}

const isCut = (thrown: unknown): boolean => /^(ECONNRESET|EPIPE)$/.test(codeOf(thrown));

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';

/** The status of an answer that came; a reply that was cut has none that counts. */
function statusOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('$metadata' in thrown) || isCut(thrown)) return undefined;
  const { httpStatusCode } = thrown.$metadata as { httpStatusCode?: number };
  return httpStatusCode === 200 ? undefined : httpStatusCode;
}
