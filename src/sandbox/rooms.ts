/** The rooms of one game server, and how their games move on through the engine. */
import type { Clock } from '../base/clock.ts';
import { Fault, type FaultCode } from '../base/fault.ts';
import type { Engine, LiveGame, Position, Transitioned } from '../engine/engine.ts';
import { type GameId, parseGameId } from '../game/game.ts';
import type { Phase } from '../game/phases.ts';
import { type CardGame, inventedRoom, newCardGame, nextPlay, parseCardGame, type Room } from './card-game.ts';
import type { Chance } from './random.ts';

export interface RoomView {
  readonly id: GameId;
  readonly name: string;
  readonly phase: Phase;
  readonly players: number;
  readonly persisted: boolean;
}

export type Joined = 'joined' | 'full' | 'started' | 'no-room';

export interface Rooms {
  list(): readonly RoomView[];
  create(room: Room): Promise<GameId>;
  /** Invents rooms until there are as many as usual. */
  fill(): Promise<void>;
  join(id: string, player: string): Joined;
  /** Takes over a game that was found in storage. */
  adopt(game: LiveGame): void;
  /** One move in a game that nobody moves at this moment; nothing when there is none. */
  play(): Promise<void>;
  /** Puts a running game's state together from storage, as after a reconnect. */
  recoverOne(): Promise<void>;
  /** Looks at a game that is over or at an id that nobody has: what memory seldom holds. */
  watchOld(): Promise<void>;
  remember(finished: GameId): void;
  /** Closes the table of a game that the engine was asked to let go of. */
  evict(id: GameId): void;
  /** Opens tables again that were closed for long enough, with what storage has of their games by then. */
  reopen(): Promise<void>;
  /** Where memory and storage went apart, as after a restore, what storage has goes. */
  settleDiverged(): Promise<void>;
}

interface RoomsOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly mayRecover: (id: GameId) => boolean;
}

/** What the server itself knows of a game: the engine keeps it, the server plays it. */
interface Seated {
  readonly id: GameId;
  readonly state: CardGame;
  readonly position: Position;
}

const usualRooms = 20;
const rememberedGames = 200;
/** Who has a game evicted wants to change it in storage, and needs a moment for that. */
const closedForMs = 10_000;
/** A game lasts four hours at most: nobody comes back to a table that is older. */
const abandonedAfterMs = 3.5 * 3_600_000;
const lost: readonly FaultCode[] = ['not-found', 'game-invalid', 'record-unreadable'];

export function createRooms({ engine, clock, chance, mayRecover }: RoomsOptions): Rooms {
  const games = new Map<GameId, Seated>();
  /** Who waits in a room that has not started; storage learns of them with the first transition. */
  const waiting = new Map<GameId, readonly string[]>();
  const moving = new Set<GameId>();
  const finished: GameId[] = [];
  /** Games that were evicted, and those of them that were seated here. */
  const closed = new Map<GameId, { readonly untilMs: number; readonly seated: boolean }>();

  const remember = (id: GameId) => {
    finished.push(id);
    if (finished.length > rememberedGames) finished.shift();
  };

  const leave = (id: GameId) => {
    games.delete(id);
    waiting.delete(id);
  };

  const settle = async (id: GameId, state: CardGame, moved: Transitioned) => {
    if (moved.kind === 'conflict') return renew(id);
    // Players wait: the table stays as it is, and the move is tried again.
    if (moved.kind === 'on-hold' || closed.has(id)) return;
    games.set(id, { id, state, position: { revision: moved.revision, ahead: moved.ahead } });
    if (state.phase !== 'NOT_STARTED') waiting.delete(id);
    if (state.phase !== 'GAME_OVER') return;
    leave(id);
    remember(id);
  };

  const adopt = (game: LiveGame) => {
    const { id, revision, ahead } = game;
    const state = parseCardGame(game.state);
    if (state?.phase !== game.phase || closed.has(id)) return;
    if (clock.now() - Date.parse(state.created_at) > abandonedAfterMs) return;
    games.set(id, { id, state, position: { revision, ahead } });
  };

  const reload = async (id: GameId) => {
    const recovered = await engine.recover(id);
    if ('game' in recovered && recovered.game.phase !== 'GAME_OVER') adopt(recovered.game);
  };

  /** Somebody else wrote the game, as a restore does: what storage has goes. */
  const renew = async (id: GameId) => {
    leave(id);
    await reload(id);
  };

  const exclusively = async (work: (game: Seated) => Promise<void>, among = [...games.values()]) => {
    const idle = among.filter(({ id }) => !moving.has(id));
    if (idle.length === 0) return;
    const game = chance.pick(idle);
    moving.add(game.id);
    try {
      await work(game);
    } finally {
      moving.delete(game.id);
    }
  };

  const create = async (room: Room) => {
    const id = parseGameId(room.id);
    const state = newCardGame(room, clock.now());
    waiting.set(id, room.players);
    await settle(id, state, await engine.create(id, state, 'host'));
    return id;
  };

  return {
    list: () => [...games.values()].map((game) => viewOf(game, waiting.get(game.id))),
    create,
    async fill() {
      const missing = Math.max(0, usualRooms - games.size - closed.size);
      await Promise.all(Array.from({ length: missing }, () => create(inventedRoom(chance))));
    },
    join(id, player) {
      const game = [...games.values()].find((candidate) => candidate.id === id);
      if (!game) return 'no-room';
      if (game.state.phase !== 'NOT_STARTED') return 'started';
      const players = waiting.get(game.id) ?? [];
      if (players.length >= game.state.capacity) return 'full';
      waiting.set(game.id, [...players, player]);
      return 'joined';
    },
    adopt,
    play: () =>
      exclusively(async ({ id, state, position }) => {
        const play = nextPlay(state, waiting.get(id) ?? namesIn(state), chance, clock.now());
        if (!play) return leave(id);
        const { type, to, actor, state: next } = play;
        try {
          await settle(
            id,
            next,
            await engine.append(id, { type, to, actor, change: { state: next } }, position),
          );
        } catch (thrown) {
          // Removed or damaged by somebody else: this table is given up, another one will be opened.
          if (thrown instanceof Fault && lost.includes(thrown.code)) leave(id);
          throw thrown;
        }
      }),
    recoverOne: () =>
      exclusively(
        async ({ id }) => {
          const recovered = await engine.recover(id);
          if ('game' in recovered) adopt(recovered.game);
        },
        [...games.values()].filter(({ id }) => mayRecover(id)),
      ),
    async watchOld() {
      const open = finished.filter((id) => !closed.has(id));
      const known = open.length > 0 && chance.next() < 0.5;
      const id = known ? chance.pick(open) : parseGameId(inventedRoom(chance).id);
      await engine.load(id);
    },
    remember,
    evict(id) {
      const seated = games.has(id) || closed.get(id)?.seated === true;
      // Whoever waits there for the start goes on waiting.
      games.delete(id);
      closed.set(id, { untilMs: clock.now() + closedForMs, seated });
    },
    async reopen() {
      const onHold = new Set(engine.holds().map(({ id }) => id));
      const due = [...closed].filter(([id, { untilMs }]) => clock.now() >= untilMs && !onHold.has(id));
      for (const [id, { seated }] of due) {
        closed.delete(id);
        if (seated) await reload(id);
        if (!games.has(id)) leave(id);
      }
    },
    async settleDiverged() {
      for (const { id } of engine.unpersisted().diverged) {
        await engine.evict(id, { discard: true });
        await renew(id);
      }
    },
  };
}

const namesIn = (state: CardGame) => state.players.map(({ name }) => name);

function viewOf({ id, state, position }: Seated, waiting: readonly string[] | undefined): RoomView {
  const players = waiting?.length ?? state.players.length;
  return { id, name: state.name, phase: state.phase, players, persisted: position.ahead === 0 };
}
