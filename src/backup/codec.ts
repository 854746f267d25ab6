import { promisify } from 'node:util';
import { constants, gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib';

/** gzip is for places that cannot hold zstd; `none` for storage that compresses by itself. */
export const codecs = ['zstd', 'gzip', 'none'] as const;
export type Codec = (typeof codecs)[number];

// Level 1 is within 3 % of level 3 in size on game records and much faster. The promises run in libuv's pool, so
// the thread that reads games and draws the console is not held up.
const zstdParams = {
  [constants.ZSTD_c_compressionLevel]: 1,
  [constants.ZSTD_c_checksumFlag]: 1,
};

const zstd = promisify(zstdCompress);
const unzstd = promisify(zstdDecompress);
const zip = promisify(gzip);
const unzip = promisify(gunzip);

// node:zlib hands over its output in pieces of this size, each a turn of the main thread.
const pieceBytes = 256 * 1024;
const smallestPieceBytes = 64;

export async function compress(codec: Codec, raw: Buffer): Promise<Buffer> {
  switch (codec) {
    case 'zstd':
      return zstd(raw, { params: zstdParams, chunkSize: pieceBytes });
    case 'gzip':
      return zip(raw, { chunkSize: pieceBytes });
    case 'none':
      return raw;
  }
}

/** Rejects when the bytes decode to more than `maxBytes`; fewer are for the caller to find. */
export async function decompress(codec: Codec, stored: Buffer, maxBytes: number): Promise<Buffer> {
  // One more than is awaited: a piece that is full is followed by another.
  const limits = { maxOutputLength: maxBytes, chunkSize: Math.max(maxBytes + 1, smallestPieceBytes) };
  switch (codec) {
    case 'zstd':
      return unzstd(stored, limits);
    case 'gzip':
      return unzip(stored, limits);
    case 'none':
      return stored;
  }
}
