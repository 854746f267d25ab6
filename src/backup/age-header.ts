/** The header of an age file: for whom the key of the file is, and how they get it. */
import { Decrypter, Encrypter, type Identity, type Recipient } from 'age-encryption';
import { asFault, Fault } from '../base/fault.ts';
import type { AgeHeader } from './age-file.ts';
import { saltBytes } from './age-payload.ts';
import { damaged } from './format.ts';

/** A header with a new file key. @throws Fault `wrong-use` that names a recipient that is none */
export async function newHeader(recipients: readonly (string | Recipient)[]): Promise<AgeHeader> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) add(encrypter, recipient);
  let fileKey: Uint8Array | undefined;
  encrypter.addRecipient({
    // The package keeps the key to itself; whoever is last among the recipients is told it, and leaves no trace.
    wrapFileKey(key) {
      fileKey = key;
      return [];
    },
  });
  const emptyFile = await encrypter.encrypt(new Uint8Array());
  const emptyPayloadBytes = saltBytes + 16;
  if (!fileKey) throw new Fault('internal', 'The header of an encrypted archive has no key');
  return { header: emptyFile.subarray(0, -emptyPayloadBytes), fileKey };
}

/** @throws Fault `wrong-use`; nothing that may be a secret is repeated */
export function checkRecipients(recipients: readonly string[]): void {
  const encrypter = new Encrypter();
  for (const recipient of recipients) add(encrypter, recipient);
}

function add(encrypter: Encrypter, recipient: string | Recipient): void {
  try {
    encrypter.addRecipient(recipient);
  } catch (cause) {
    const isOurs = typeof recipient === 'string' && recipient.startsWith('age1');
    throw new Fault(
      'wrong-use',
      isOurs
        ? `${recipient} is no recipient: it is mistyped`
        : 'What was given as a recipient is no public key of age',
      {
        next: 'Give what age-keygen prints as the public key, like age1…; keys of SSH are not supported',
        cause,
      },
    );
  }
}

/**
 * @returns undefined when none of the identities is among those it was encrypted for
 * @throws Fault `integrity` when the header was changed
 */
export async function openHeader(
  header: Buffer,
  identities: readonly (string | Identity)[],
): Promise<Uint8Array | undefined> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  try {
    return await decrypter.decryptHeader(header);
  } catch (thrown) {
    const { message } = asFault(thrown);
    if (message.startsWith('no identity matched')) return undefined;
    throw damaged(`its age header: ${message}`);
  }
}
