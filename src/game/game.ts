import { Fault } from '../base/fault.ts';

export type GameId = string & { readonly __id: 'game' };

/** Any JSON value. The engine never looks inside a game's state. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const maxIdBytes = 512;

/** The one way to make a GameId. An id may hold hostile characters: it is data, and is escaped where it is shown. */
export function parseGameId(text: string): GameId {
  const bytes = Buffer.byteLength(text);
  if (bytes === 0 || bytes > maxIdBytes) {
    throw new Fault('wrong-use', `A game id has 1 to ${maxIdBytes} bytes, this one has ${bytes}`, {
      next: 'Copy the id from the list of games',
    });
  }
  // Stored as UTF-8, two such ids could become one.
  if (!text.isWellFormed()) throw new Fault('wrong-use', 'A game id must be valid Unicode');
  return text as GameId;
}
