import { describe, expect, test } from 'vitest';
import { isS3Url, parseS3Url } from '../../../src/base/s3-url.ts';

describe('an address in object storage', () => {
  test.each([
    ['s3://bucket', 'bucket', ''],
    ['s3://bucket/', 'bucket', ''],
    ['s3://my.bucket-1/a/b_c', 'my.bucket-1', 'a/b_c'],
    ['s3://bucket/a/b.gka', 'bucket', 'a/b.gka'],
  ])('%s is a bucket and a key', (text, bucket, key) => {
    expect(parseS3Url(text)).toEqual({ bucket, key });
  });

  test.each([
    's3://',
    's3://b',
    's3://Bucket/a',
    's3://key:secret@bucket/a',
    's3://bucket/a?versionId=1',
    's3://bucket//a',
    's3://bucket/a/../b',
    's3://bucket/./a',
    's3://bucket/a b',
    's3://bucket/\u001b[2J',
    'https://bucket.s3.amazonaws.com/a',
    '/s3/bucket',
  ])('%j is none', (text) => {
    expect(parseS3Url(text)).toBeUndefined();
  });

  test('is told from a path by its scheme alone', () => {
    expect([isS3Url('s3://b'), isS3Url('S3://b'), isS3Url('s3:/b'), isS3Url('./s3://b')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
