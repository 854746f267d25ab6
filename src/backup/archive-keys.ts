/** What opens encrypted archives, and what new ones are encrypted with. */
import { readFile } from 'node:fs/promises';
import { asFault, Fault } from '../base/fault.ts';
import { once } from '../base/once.ts';
import { type AgeHeader, openingFile, openingUnended, sealingFile } from './age-file.ts';
import {
  type ArchiveFile,
  type Encryption,
  plainReading,
  plainWriting,
  type UnendedFile,
} from './archive-file.ts';
import type { ReadableFile, WritableFile } from './files.ts';
import { damaged, sha256 } from './format.ts';

export interface ArchiveKeys {
  /**
   * Makes sure that archives can be written so; a passphrase is asked for now, and remembered.
   *
   * @throws Fault `wrong-use` when they cannot
   */
  ready(encryption: Encryption): Promise<void>;
  /**
   * Whether an archive that is written so could be opened by what is configured, in another session too.
   *
   * @throws Fault as `ready`, or when what is configured cannot be read
   */
  opens(encryption: Encryption): Promise<boolean>;
  /** How to write one archive so. */
  sealer(encryption: Encryption): Promise<(file: WritableFile) => UnendedFile>;
  /**
   * @param name of the archive, for people
   * @throws Fault `cannot-decrypt` without the key, `integrity` when it was changed
   */
  open(file: ReadableFile, name: string): Promise<ArchiveFile>;
  /** As `open`, for a file whose writer may not have come to its end. */
  openPart(file: ReadableFile, name: string): Promise<ReadableFile>;
}

/** undefined when the input ended instead. */
export type AskSecret = (question: string) => Promise<string | undefined>;

export interface KeySources {
  /** As `age-keygen` writes it. */
  readonly identityFile?: string | undefined;
  readonly passphrase?: string | undefined;
  /** Its first line is the passphrase. */
  readonly passphraseFile?: string | undefined;
  /** Asks the person at the terminal, without echo; undefined where there is none. */
  readonly ask?: AskSecret | undefined;
  /** Fewer are for tests. */
  readonly scryptLogN?: number;
}

const ageMagic = Buffer.from('age-encryption.org/');
/** Room for hundreds of recipients. */
const maxHeaderBytes = 256 * 1024;

/** Remembers until its end what it was told, and the keys of what it wrote: that can be read back without an identity. */
export function createArchiveKeys(sources: KeySources = {}): ArchiveKeys {
  const fileKeys = new Map<string, Uint8Array>();
  const remember = ({ header, fileKey }: AgeHeader) => fileKeys.set(sha256(header).toString('hex'), fileKey);
  const configured = once(() => configuredPassphrase(sources));
  const forNew = once(async () => (await configured()) ?? askForNew(sources));

  const unlock = async (header: Buffer, name: string): Promise<Uint8Array> => {
    const known = fileKeys.get(sha256(header).toString('hex'));
    if (known) return known;
    const fileKey = header.includes('\n-> scrypt ')
      ? await openByPassphrase(header, name, configured, sources.ask)
      : await openByIdentity(header, name, sources.identityFile);
    remember({ header, fileKey });
    return fileKey;
  };

  const headerFor = async (encryption: Exclude<Encryption, { kind: 'none' }>): Promise<AgeHeader> => {
    const { newHeader, passphraseRecipient } = await ageHeaders();
    if (encryption.kind === 'recipients') return newHeader(encryption.recipients);
    return newHeader([passphraseRecipient(await forNew(), sources.scryptLogN)]);
  };

  /** undefined for a file that is not encrypted. */
  const ageOf = async (file: ReadableFile, name: string): Promise<AgeHeader | undefined> => {
    const start = await file.read(0, ageMagic.length);
    if (!start.equals(ageMagic)) return undefined;
    const header = headerIn(await file.read(0, maxHeaderBytes));
    return { header, fileKey: await unlock(header, name) };
  };

  return {
    async opens(encryption) {
      const { openHeader } = await ageHeaders();
      const identities = sources.identityFile === undefined ? [] : await identitiesIn(sources.identityFile);
      await configured();
      // A passphrase that encrypts is the one that opens.
      if (encryption.kind !== 'recipients') return true;
      const { header } = await headerFor(encryption);
      return (await openHeader(Buffer.from(header), identities)) !== undefined;
    },
    async ready(encryption) {
      if (encryption.kind === 'passphrase') await forNew();
      if (encryption.kind === 'recipients') (await ageHeaders()).checkRecipients(encryption.recipients);
    },
    async sealer(encryption) {
      if (encryption.kind === 'none') return plainWriting;
      const header = await headerFor(encryption);
      remember(header);
      return (file) => sealingFile(file, header);
    },
    async open(file, name) {
      const age = await ageOf(file, name);
      return age ? openingFile(file, age) : plainReading(file);
    },
    async openPart(file, name) {
      const age = await ageOf(file, name);
      if (!age) return file;
      return openingFile(file, age).catch((thrown: unknown) => {
        if (asFault(thrown).code === 'integrity') return openingUnended(file, age);
        throw thrown;
      });
    },
  };
}

/** The cryptography is loaded where something is encrypted: most verbs never need it. */
async function ageHeaders() {
  const [{ checkRecipients, newHeader, openHeader }, { passphraseIdentity, passphraseRecipient }] =
    await Promise.all([import('./age-header.ts'), import('./age-passphrase.ts')]);
  return { checkRecipients, newHeader, openHeader, passphraseIdentity, passphraseRecipient };
}

/** Up to the line with its authentication code, which ends it. */
function headerIn(bytes: Buffer): Buffer {
  // A line of a key is base64, so it cannot begin like this.
  const codeAt = bytes.indexOf('\n--- ');
  const end = codeAt < 0 ? -1 : bytes.indexOf('\n', codeAt + 1);
  if (end < 0) throw damaged('its age header does not end');
  return Buffer.from(bytes.subarray(0, end + 1));
}

async function openByPassphrase(
  header: Buffer,
  name: string,
  configured: () => Promise<string | undefined>,
  ask: KeySources['ask'],
): Promise<Uint8Array> {
  const { openHeader, passphraseIdentity } = await ageHeaders();
  const attempt = async (passphrase: string | undefined) =>
    passphrase === undefined ? undefined : openHeader(header, [passphraseIdentity(passphrase)]);
  const given = await configured();
  const opened = await attempt(given);
  if (opened) return opened;
  const asked = await ask?.(`Passphrase of archive ${name}: `);
  const byAsked = await attempt(asked);
  if (byAsked) return byAsked;
  if (given !== undefined || asked !== undefined) {
    throw cannotDecrypt(
      `The passphrase does not open archive ${name}`,
      'Use the passphrase that it was made with',
    );
  }
  throw cannotDecrypt(
    `Archive ${name} is encrypted with a passphrase, and none is given`,
    'Set STATE_BACKUP_PASSPHRASE_FILE to a file that holds it, or use a shell at a terminal, which asks for it',
  );
}

async function openByIdentity(
  header: Buffer,
  name: string,
  identityFile: string | undefined,
): Promise<Uint8Array> {
  if (identityFile === undefined) {
    throw cannotDecrypt(
      `Archive ${name} is encrypted, and there is no identity to open it with`,
      'Set STATE_BACKUP_IDENTITY_FILE to a file of age-keygen whose public key it was encrypted for',
    );
  }
  const { openHeader } = await ageHeaders();
  const opened = await openHeader(header, await identitiesIn(identityFile));
  if (opened) return opened;
  throw cannotDecrypt(
    `No identity in ${identityFile} opens archive ${name}`,
    'Use an identity whose public key it was encrypted for: gamekeeper backup list --json names them',
  );
}

async function identitiesIn(path: string): Promise<readonly string[]> {
  const lines = (await readKeyFile(path, 'cannot-decrypt')).split('\n').map((line) => line.trim());
  const identities = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (identities.length > 0 && identities.every((line) => line.startsWith('AGE-SECRET-KEY-')))
    return identities;
  throw cannotDecrypt(
    `${path} is no file of age identities`,
    'Use a file as age-keygen writes it; one that is encrypted itself must be decrypted first, keys of SSH are not supported',
  );
}

async function configuredPassphrase({ passphrase, passphraseFile }: KeySources): Promise<string | undefined> {
  if (passphrase !== undefined || passphraseFile === undefined) return passphrase;
  const [line = ''] = (await readKeyFile(passphraseFile, 'config-invalid')).split(/\r?\n/);
  if (line !== '') return line;
  throw new Fault('config-invalid', `The first line of ${passphraseFile} is empty: there is no passphrase`, {
    next: 'Write the passphrase into it',
  });
}

async function askForNew({ ask }: KeySources): Promise<string> {
  const typed = await ask?.('Passphrase for the archive: ');
  if (!typed) {
    throw new Fault('wrong-use', 'The archive is to be encrypted with a passphrase, and none is given', {
      next: 'Set STATE_BACKUP_PASSPHRASE_FILE to a file that holds it, or use a shell at a terminal, which asks for it',
    });
  }
  if ((await ask?.('The same once more: ')) === typed) return typed;
  throw new Fault('wrong-use', 'The two passphrases differ', { next: 'Try again' });
}

async function readKeyFile(path: string, code: 'cannot-decrypt' | 'config-invalid'): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Fault(code, `${path} cannot be read (${asFault(cause).message})`, {
      next: 'Check the path',
      cause,
    });
  }
}

function cannotDecrypt(what: string, next: string): Fault {
  return new Fault('cannot-decrypt', what, { next });
}
