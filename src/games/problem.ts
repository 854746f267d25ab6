import type { Problem } from './game-view.ts';

/** `e:7: its checksum does not match` */
export const problemText = ({ field, what }: Problem): string =>
  field === undefined ? what : `${field}: ${what}`;
