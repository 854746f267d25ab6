/**
 * The payload of an age file (https://age-encryption.org/v1): chunks of 64 KiB, each sealed by ChaCha20-Poly1305 with a
 * nonce of its number and of whether it is the last, so that none can be cut off, moved or put in. node:crypto does it
 * four times faster than the package `age-encryption`, which does the header.
 */
import {
  type CipherKey,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';

export const plainChunkBytes = 64 * 1024;
const tagBytes = 16;
export const sealedChunkBytes = plainChunkBytes + tagBytes;
/** Random bytes between the header and the first chunk. */
export const saltBytes = 16;

const algorithm = 'chacha20-poly1305';
const tagged = { authTagLength: tagBytes } as const;

export interface ChunkPlace {
  readonly index: number;
  readonly isLast: boolean;
}

/** As an object, which is prepared once for all chunks. */
export function payloadKey(fileKey: Uint8Array, salt: Uint8Array): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', fileKey, salt, 'payload', 32)));
}

export function sealChunk(key: CipherKey, place: ChunkPlace, plain: Uint8Array): Buffer[] {
  const cipher = createCipheriv(algorithm, key, nonceOf(place), tagged);
  return [cipher.update(plain), cipher.final(), cipher.getAuthTag()];
}

/** undefined when these are not the bytes that were sealed for this place under this key. */
export function openChunk(key: CipherKey, place: ChunkPlace, sealed: Buffer): Buffer | undefined {
  const end = sealed.length - tagBytes;
  if (end < 0) return undefined;
  const decipher = createDecipheriv(algorithm, key, nonceOf(place), tagged);
  decipher.setAuthTag(sealed.subarray(end));
  const plain = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}

export interface PayloadSize {
  readonly chunks: number;
  readonly plainBytes: number;
}

/** undefined when no payload has so many bytes: each ends with a chunk that is not empty, or is one empty chunk. */
export function payloadSize(sealedBytes: number): PayloadSize | undefined {
  const chunks = Math.ceil(sealedBytes / sealedChunkBytes);
  const lastBytes = sealedBytes - (chunks - 1) * sealedChunkBytes - tagBytes;
  if (chunks < 1 || lastBytes < 0 || (lastBytes === 0 && chunks > 1)) return undefined;
  return { chunks, plainBytes: sealedBytes - chunks * tagBytes };
}

/** 11 bytes of the chunk's number, big-endian, and one that is 1 for the last. */
function nonceOf({ index, isLast }: ChunkPlace): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(index, 5, 6);
  nonce.writeUInt8(isLast ? 1 : 0, 11);
  return nonce;
}
