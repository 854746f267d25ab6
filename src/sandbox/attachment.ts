import { Fault } from '../base/fault.ts';
import type { Fetch } from '../base/http.ts';
import { interruptible } from '../base/interruptible.ts';
import type { Attached } from './attach.ts';

/** The hold of a whole program on its sandbox: once the sandbox was killed, the next use starts it again. */
export interface Attachment {
  current(signal?: AbortSignal): Promise<Attached>;
  /** Asks the sandbox's servers, after it was attached again where that is needed. */
  readonly fetch: Fetch;
  release(): Promise<void>;
}

export function createAttachment(attach: () => Promise<Attached>): Attachment {
  let attached: Promise<Attached> | undefined;
  let isReleased = false;
  let servers: readonly string[] | undefined;

  const attachAgain = async () => {
    const fresh = await attach();
    if (servers && servers.join() !== fresh.servers.join()) {
      await fresh.release();
      throw movedAway();
    }
    servers = fresh.servers;
    void fresh.ended.then(forget);
    return fresh;
  };

  const forget = () => {
    attached = undefined;
  };

  const attachedNow = () => {
    attached ??= attachAgain().catch((thrown) => {
      forget();
      throw thrown;
    });
    return attached;
  };
  const current = async (signal?: AbortSignal) => {
    if (isReleased) throw new Fault('interrupted', 'The sandbox was let go of');
    return interruptible(attachedNow, signal);
  };

  return {
    current,
    async fetch(url, init) {
      await current(init.signal ?? undefined);
      return globalThis.fetch(url, init);
    },
    async release() {
      isReleased = true;
      await (await attached?.catch(() => undefined))?.release();
    },
  };
}

/** Everything in this program knows the servers by their addresses, which are the same unless somebody took a port. */
function movedAway(): Fault {
  return new Fault('platform-unreachable', 'The sandbox was started again on other ports', {
    next: 'Quit and start again; its games are kept',
  });
}
