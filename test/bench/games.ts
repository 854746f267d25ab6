/** Games to back up, written straight to a server: as large as asked, and as compressible as real ones (4 to 5). */
import { connect } from 'node:net';

const perWrite = 500;
const atMs = 1_700_000_000_000;
const words = ['hand', 'table', 'draw', 'discard', 'score', 'turn', 'knock', 'joker', 'spades', 'hearts'];

export async function fillWithGames(port: number, games: number, gameBytes: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const random = createRandom(7);
  let answered = 0;
  let wake = () => {};
  socket.on('data', (data) => {
    for (const byte of data) if (byte === 10) answered++;
    wake();
  });
  for (let first = 0; first < games; first += perWrite) {
    const last = Math.min(games, first + perWrite);
    const commands: string[] = [];
    for (let game = first; game < last; game++) commands.push(createGame(game, gameBytes, random));
    socket.write(commands.join(''));
    while (answered < last) await new Promise<void>((resolve) => (wake = resolve));
  }
  socket.destroy();
}

/** Its head, a snapshot of half its size, and three events. */
function createGame(game: number, bytes: number, random: () => number): string {
  const snapshot = jsonText(bytes / 2, random);
  const events = [1, 2, 3].flatMap((revision) => [`e:${revision}`, jsonText((bytes / 2 - 100) / 3, random)]);
  const head = ['rev', '3', 'phase', 'TURN', 'created', String(atMs), 'updated', String(atMs + game)];
  const fields = [...head, 's:3', snapshot, ...events];
  return command(['HSET', `gk1:{game:${game.toString(36).padStart(12, '0')}}`, ...fields]);
}

function jsonText(bytes: number, random: () => number): string {
  let text = '';
  while (text.length < bytes) {
    const word = words[random() % words.length];
    text += `{"kind":"${word}","card":${random() % 52},"seat":${random() % 6},"id":"${random().toString(36)}"},`;
  }
  return text.slice(0, bytes);
}

const command = (args: readonly string[]): string =>
  `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`;

/** The same numbers in every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 4;
  };
}
