import { asFault } from '../base/fault.ts';
import type { GameId } from '../game/game.ts';
import { caughtUp } from './catch-up.ts';
import type { EngineContext } from './context.ts';
import { type Held, isAhead } from './held.ts';
import type { Evicted } from './memory.ts';
import { onlyInMemory, recovery } from './recovery.ts';

/** Lets go of a game once storage is proved to have what memory has of it; or in any case, with what is lost. */
export async function evictGame(
  context: EngineContext,
  id: GameId,
  { discard }: { readonly discard: boolean },
  signal?: AbortSignal,
): Promise<Evicted> {
  const { games } = context;
  const held = games.get(id);
  if (!held) return { kind: 'not-held' };
  const game = await caughtUp(context, held, undefined, signal);
  const why = await whyOnlyHere(context, game, signal);
  if (why !== undefined && !discard) return { kind: 'refused', why };
  if (why === undefined) games.drop(id);
  return { kind: 'evicted', lost: why === undefined ? 0 : games.lose(id, 'discarded') };
}

/** undefined when storage proves at least what memory has. */
async function whyOnlyHere(
  { backend, codec, games }: EngineContext,
  game: Held,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (isAhead(game)) return onlyInMemory(game.ahead);
  try {
    const { answer, hold } = recovery(await backend.read(game.id, signal), game, codec);
    if (hold) games.put(hold);
    return answer.kind === 'partial' || answer.kind === 'failed' ? answer.problems[0] : undefined;
  } catch (thrown) {
    return `storage cannot be read: ${asFault(thrown).message}`;
  }
}
