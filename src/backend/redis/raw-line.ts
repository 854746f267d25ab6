/** A connection whose answers stay bytes. The client makes it, with all that servers want to hear, and lets go of it. */
import { type Access, connectClient, createClient, type Server } from './client.ts';

export interface AnswerTaker {
  /** @returns where the answer that begins at `base` ends, or -1 while it is not here to its end */
  take(bytes: Buffer, base: number, end: number): number;
}

export interface RawLine {
  readonly isOpen: boolean;
  /** Resolves when so many answers have been taken; they come in order. Rejects with what ended the connection. */
  ask(commands: string | Buffer, answers: number, taker: AnswerTaker): Promise<void>;
  close(): void;
}

interface Asked {
  readonly answers: number;
  readonly taker: AnswerTaker;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Rejects with what the client threw. */
export async function openRawLine(server: Server, access: Access): Promise<RawLine> {
  const unread = new Unread();
  const asked: Asked[] = [];
  let taken = 0;
  let silence: NodeJS.Timeout | undefined;
  let ended: Error | undefined;
  let connected = false;

  const end = (reason: Error) => {
    ended ??= reason;
    clearTimeout(silence);
    redis.disconnect();
    for (const { reject } of asked.splice(0)) reject(ended);
  };
  /** A server that hangs would be waited for without end. */
  const watch = () => {
    if (asked.length > 0 && silence) silence.refresh();
    else if (asked.length > 0) {
      silence = setTimeout(() => end(new Error('Command timed out')), access.operationTimeoutMs);
    } else {
      clearTimeout(silence);
      silence = undefined;
    }
  };
  const takeAnswers = () => {
    for (let first = asked[0]; first; first = asked[0]) {
      while (taken < first.answers) {
        if (!unread.take(first.taker)) return;
        taken++;
      }
      taken = 0;
      asked.shift();
      first.resolve();
    }
  };
  const took = (bytes: number) => {
    unread.took(bytes);
    // Until then the client asks, and wants to hear the answers.
    if (!connected) return void redis.stream.emit('data', unread.drain());
    try {
      takeAnswers();
      watch();
    } catch (thrown) {
      end(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  };

  const redis = createClient(server, access, { room: () => unread.room(), took });
  await connectClient(redis, server, access.connectTimeoutMs);
  connected = true;
  redis.on('error', end);
  redis.on('end', () => end(new Error('Connection is closed')));
  const { stream } = redis;

  return {
    get isOpen() {
      return !ended;
    },
    ask(commands, answers, taker) {
      if (ended) return Promise.reject(ended);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      asked.push({ answers, taker, resolve, reject });
      stream.write(commands, 'latin1');
      watch();
      return promise;
    },
    close: () => end(new Error('Connection is closed')),
  };
}

const firstBytes = 512 * 1024;
const leastRoomBytes = 128 * 1024;

/** What has come and has not been taken. It grows to the largest answer. */
class Unread {
  #bytes = Buffer.allocUnsafeSlow(firstBytes);
  #from = 0;
  #to = 0;

  /** Where the next bytes are to be put. */
  room(): Buffer {
    if (this.#bytes.length - this.#to < leastRoomBytes) this.#makeRoom();
    return this.#bytes.subarray(this.#to);
  }

  took(bytes: number): void {
    this.#to += bytes;
  }

  take(taker: AnswerTaker): boolean {
    const end = taker.take(this.#bytes, this.#from, this.#to);
    if (end < 0) return false;
    this.#from = end;
    return true;
  }

  /** A copy of all that has come, and is not kept. */
  drain(): Buffer {
    const bytes = Buffer.from(this.#bytes.subarray(this.#from, this.#to));
    this.#from = this.#to;
    return bytes;
  }

  #makeRoom(): void {
    const kept = this.#to - this.#from;
    // Twice what is kept, so that a long answer is not copied with each of its pieces.
    const wanted = 2 * kept + leastRoomBytes;
    const target = wanted > this.#bytes.length ? Buffer.allocUnsafeSlow(wanted) : this.#bytes;
    this.#bytes.copy(target, 0, this.#from, this.#to);
    this.#bytes = target;
    this.#from = 0;
    this.#to = kept;
  }
}
