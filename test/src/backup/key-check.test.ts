import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { expect, test } from 'vitest';
import type { Encryption } from '../../../src/backup/archive-file.ts';
import { createArchiveKeys, type KeySources } from '../../../src/backup/archive-keys.ts';
import { lookAtKeys } from '../../../src/backup/key-check.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

async function keyPair() {
  const identity = await generateIdentity();
  const identityFile = join(tempFolder(), 'key.txt');
  writeFileSync(identityFile, `${identity}\n`);
  return { identityFile, recipient: await identityToRecipient(identity) };
}

const look = (encryption: Encryption, sources: KeySources) =>
  lookAtKeys(createArchiveKeys(sources), encryption);

test('keys fit when an identity here opens what is encrypted', async () => {
  const [ours, other] = [await keyPair(), await keyPair()];
  const encryption = { kind: 'recipients', recipients: [other.recipient, ours.recipient] } as const;
  expect(await look(encryption, ours)).toMatchObject({ kind: 'ok' });
});

test('a machine that only makes archives is warned: with another identity, or none', async () => {
  const [ours, other] = [await keyPair(), await keyPair()];
  const encryption = { kind: 'recipients', recipients: [other.recipient] } as const;
  expect(await look(encryption, ours)).toMatchObject({ kind: 'warning' });
  expect(await look(encryption, {})).toMatchObject({ kind: 'warning' });
});

test('a passphrase opens what it encrypts', async () => {
  expect(await look({ kind: 'passphrase' }, { passphrase: 'correct horse' })).toMatchObject({ kind: 'ok' });
});

test('what cannot be read, or is no key, is told before a backup finds it', async () => {
  const { recipient } = await keyPair();
  const empty = join(tempFolder(), 'empty');
  writeFileSync(empty, '\n');
  const missing = join(tempFolder(), 'nowhere');
  const none = { kind: 'none' } as const;
  await expect(look(none, { identityFile: missing })).rejects.toMatchObject({ code: 'cannot-decrypt' });
  await expect(look(none, { identityFile: empty })).rejects.toMatchObject({ code: 'cannot-decrypt' });
  await expect(look({ kind: 'passphrase' }, { passphraseFile: empty })).rejects.toMatchObject({
    code: 'config-invalid',
  });
  const mistyped = { kind: 'recipients', recipients: [`${recipient}q`] } as const;
  await expect(look(mistyped, {})).rejects.toMatchObject({ code: 'wrong-use' });
});
