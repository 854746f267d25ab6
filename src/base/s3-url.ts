/** `s3://BUCKET/PREFIX`: a place in object storage, without keys, which have variables of their own. */
export interface S3Url {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly key: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, and names that need no escaping. */
const pattern = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[A-Za-z0-9_.=+-]+)*)\/?$/;

export const isS3Url = (path: string): boolean => /^s3:\/\//i.test(path);

/** undefined when it is none: with keys or a query in it, or a path that could be read in two ways. */
export function parseS3Url(text: string): S3Url | undefined {
  const [, bucket, path] = pattern.exec(text) ?? [];
  if (bucket === undefined || path === undefined || /\/\.{1,2}(\/|$)/.test(path)) return undefined;
  return { bucket, key: path.slice(1) };
}
