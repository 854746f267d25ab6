import { namesOf } from '../game/record-words.ts';
import type { Packing } from './archiving.ts';

/** For people: what is not as usual about it; empty when all is. */
export function packingText({ codec, encryption }: Packing): string {
  return [
    codec === 'gzip' ? 'compressed with gzip' : '',
    codec === 'none' ? 'not compressed' : '',
    encryption.kind === 'passphrase' ? 'encrypted with a passphrase' : '',
    encryption.kind === 'recipients' ? `encrypted for ${namesOf(encryption.recipients)}` : '',
  ]
    .filter(Boolean)
    .join(', ');
}
