/** The file of an archive, encrypted or not: who writes and reads archives sees the plain bytes. */
import type { ReadableFile, WritableFile } from './files.ts';

/** `age`: the archive is inside a file that the `age` tool opens. */
export const ciphers = ['none', 'age'] as const;
export type Cipher = (typeof ciphers)[number];

/** For whom an archive is written. A passphrase is no part of it: plans, which hold this, are files. */
export type Encryption =
  | { readonly kind: 'none' }
  | { readonly kind: 'passphrase' }
  /** `age1…`; each of them opens it alone. */
  | { readonly kind: 'recipients'; readonly recipients: readonly string[] };

export const unencrypted: Encryption = { kind: 'none' };

export interface UnendedFile extends WritableFile {
  /** Nothing follows. Resolves with the bytes on disk, once they survive a power cut. */
  end(): Promise<number>;
}

/** `sizeBytes` is what can be read. */
export interface ArchiveFile extends ReadableFile {
  /** On the disk. */
  readonly storedBytes: number;
  readonly cipher: Cipher;
}

export function plainWriting(inner: WritableFile): UnendedFile {
  let storedBytes = 0;
  return {
    async write(bytes) {
      storedBytes += bytes.length;
      await inner.write(bytes);
    },
    sync: () => inner.sync(),
    async end() {
      await inner.sync();
      return storedBytes;
    },
    close: () => inner.close(),
  };
}

export function plainReading(file: ReadableFile): ArchiveFile {
  const { sizeBytes, mtimeMs } = file;
  return {
    sizeBytes,
    mtimeMs,
    storedBytes: sizeBytes,
    cipher: 'none',
    read: (position, length) => file.read(position, length),
    close: () => file.close(),
  };
}
