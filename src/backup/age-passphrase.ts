/** The stanza of an age header that a passphrase opens. node:crypto derives its key beside the thread, unlike the package. */
import { randomBytes, type ScryptOptions, scrypt } from 'node:crypto';
import { type Identity, type Recipient, Stanza } from 'age-encryption';
import { type ChunkPlace, openChunk, sealChunk } from './age-payload.ts';

const label = 'age-encryption.org/v1/scrypt';
const blockSize = 8;
/** What `age` itself takes: 256 MiB and about a second for each try of whoever guesses. */
const usualLogN = 18;
/** A header must not make us take more than 1 GiB. */
const highestLogN = 20;
/** A file key is sealed under a key of its own, with a nonce of zeros. */
const zeros: ChunkPlace = { index: 0, isLast: false };

/** @param logN fewer are for tests */
export function passphraseRecipient(passphrase: string, logN = usualLogN): Recipient {
  return {
    async wrapFileKey(fileKey) {
      const salt = randomBytes(16);
      const key = await deriveKey(passphrase, salt, logN);
      const body = Buffer.concat(sealChunk(key, zeros, fileKey));
      return [new Stanza(['scrypt', salt.toString('base64').replace(/=+$/, ''), String(logN)], body)];
    },
  };
}

export function passphraseIdentity(passphrase: string): Identity {
  return {
    async unwrapFileKey(stanzas) {
      const [stanza] = stanzas;
      const [type, salt = '', logN = ''] = stanza?.args ?? [];
      if (!stanza || type !== 'scrypt') return null;
      if (stanzas.length !== 1 || stanza.args.length !== 3) throw new Error('invalid scrypt stanza');
      if (!/^[1-9]\d?$/.test(logN) || Number(logN) > highestLogN)
        throw new Error('invalid scrypt work factor');
      const key = await deriveKey(passphrase, Buffer.from(salt, 'base64'), Number(logN));
      return openChunk(key, zeros, Buffer.from(stanza.body)) ?? null;
    },
  };
}

async function deriveKey(passphrase: string, salt: Buffer, logN: number): Promise<Buffer> {
  const N = 2 ** logN;
  // OpenSSL counts a little more than the 128·N·r bytes that scrypt is about.
  const options: ScryptOptions = { N, r: blockSize, p: 1, maxmem: 130 * N * blockSize + 1024 * 1024 };
  return new Promise((resolve, reject) => {
    scrypt(passphrase, Buffer.concat([Buffer.from(label), salt]), 32, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
