import { S3ServiceException } from '@aws-sdk/client-s3';
import { asFault, Fault } from '../base/fault.ts';

/** Every failure of a request, as a Fault about that path. */
export async function orFault<T>(work: Promise<T>, path: string): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    throw s3Fault(thrown, path);
  }
}

/** As orFault, but undefined when there is no such object; a bucket that is missing is a fault where the answer says so. */
export async function orAbsent<T>(work: Promise<T>, path: string): Promise<T | undefined> {
  try {
    return await work;
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw s3Fault(thrown, path);
  }
}

const isMissing = (thrown: unknown) =>
  thrown instanceof S3ServiceException && ['NoSuchKey', 'NotFound'].includes(thrown.name);

/** Some storages know no conditions, and refuse them instead of leaving them out. */
export const isUnknownThere = (thrown: unknown): boolean =>
  thrown instanceof S3ServiceException && statusOf(thrown) === 501;

export function taken(path: string, cause?: unknown): Fault {
  return new Fault('conflict', `${path} exists already`, { next: 'Choose another name', cause });
}

export function s3Fault(thrown: unknown, path: string): Fault {
  if (thrown instanceof Fault) return thrown;
  if (thrown instanceof Error && thrown.name === 'AbortError') return asFault(thrown);
  if (!(thrown instanceof S3ServiceException)) return unreachable(thrown, path);
  const status = statusOf(thrown);
  if (thrown.name === 'NoSuchBucket') return noBucket(path, thrown);
  if (isMissing(thrown) || status === 404)
    return new Fault('not-found', `${path} does not exist`, { next: 'Check the address', cause: thrown });
  if (status === 412 || status === 409) return taken(path, thrown);
  // Its own words may repeat what was sent, so only its name is said.
  const said = `${thrown.name}${status === undefined ? '' : `, HTTP ${status}`}`;
  if (status === 401 || status === 403) return denied(path, said, thrown);
  const mayPass = status === undefined || status === 429 || status >= 500;
  return new Fault('io-failed', `${path}: the storage refused the request (${said})`, {
    next: mayPass
      ? 'Try again; if it stays, look at the state of the storage'
      : 'Check AWS_REGION and STATE_BACKUP_ENDPOINT',
    retryable: mayPass,
    cause: thrown,
  });
}

const statusOf = (thrown: S3ServiceException) => thrown.$metadata.httpStatusCode;

function noBucket(path: string, cause: unknown): Fault {
  return new Fault('not-found', `${path}: there is no such bucket`, {
    next: 'Create the bucket, or correct STATE_BACKUP_LOCATION',
    cause,
  });
}

function denied(path: string, said: string, cause: unknown): Fault {
  return new Fault('io-failed', `${path}: access was refused (${said})`, {
    next: 'Check the AWS credentials, and that they may list, read, write and delete there',
    cause,
  });
}

function unreachable(thrown: unknown, path: string): Fault {
  if (thrown instanceof Error && thrown.name === 'CredentialsProviderError') {
    return new Fault('io-failed', `${path}: no AWS credentials were found`, {
      next: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE',
      cause: thrown,
    });
  }
  const said = thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  return new Fault('io-failed', `${path}: the storage cannot be reached (${said})`, {
    next: 'Check the network, AWS_REGION and STATE_BACKUP_ENDPOINT',
    retryable: true,
    cause: thrown,
  });
}
