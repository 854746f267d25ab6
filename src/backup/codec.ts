import { promisify } from 'node:util';
import { constants, createZstdCompress, gunzip, gzip, zstdDecompress } from 'node:zlib';

/** gzip is for places that cannot hold zstd; `none` for storage that compresses by itself. */
export const codecs = ['zstd', 'gzip', 'none'] as const;
export type Codec = (typeof codecs)[number];

/** Level 1 is within 3 % of level 3 in size on game records and much faster. */
const zstdParams = {
  [constants.ZSTD_c_compressionLevel]: 1,
  [constants.ZSTD_c_checksumFlag]: 1,
};

const unzstd = promisify(zstdDecompress);
const zip = promisify(gzip);
const unzip = promisify(gunzip);

/** All of node:zlib runs in libuv's pool, so the thread that reads games and draws the console is not held up. */
export interface Compressor {
  /** In pieces; calls that overlap are done in their order. */
  compress(raw: Buffer): Promise<readonly Buffer[]>;
  close(): void;
}

export function createCompressor(codec: Codec): Compressor {
  switch (codec) {
    case 'zstd':
      return createZstd();
    case 'gzip':
      return { compress: async (raw) => [await zip(raw, { chunkSize: gzipPieceBytes })], close() {} };
    case 'none':
      return { compress: async (raw) => [raw], close() {} };
  }
}

// node:zlib hands over its output in pieces of this size, each a turn of the main thread.
const gzipPieceBytes = 256 * 1024;
/** Of a stream whose outputs share such pieces; where one has room for the worst case, zstd copies nothing. */
const zstdPieceBytes = 2 * 1024 * 1024;
const smallestPieceBytes = 64;

/** One stream makes a frame of each input, with memory that is used again. */
function createZstd(): Compressor {
  const stream = createZstdCompress({
    params: zstdParams,
    flush: constants.ZSTD_e_end,
    chunkSize: zstdPieceBytes,
  });
  let pieces: Buffer[] = [];
  let fail = (_: Error) => {};
  stream.on('data', (piece) => pieces.push(piece));
  stream.on('error', (error) => fail(error));
  return {
    compress(raw) {
      const { promise, resolve, reject } = Promise.withResolvers<readonly Buffer[]>();
      fail = reject;
      stream.write(raw, (error) => {
        if (error) return reject(error);
        resolve(pieces);
        pieces = [];
      });
      return promise;
    },
    close: () => stream.destroy(),
  };
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
