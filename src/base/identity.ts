import { hostname, userInfo } from 'node:os';

/** Who acts, as it is written into plans, journals and the audit log. */
export interface Identity {
  readonly user: string;
  /** Host where gamekeeper runs. */
  readonly host: string;
  /** Address the SSH session came from; undefined when not over SSH. */
  readonly sshOrigin?: string;
}

/** @param sshConnection the value of SSH_CONNECTION, `client-ip client-port server-ip server-port` */
export function currentIdentity(sshConnection: string | undefined): Identity {
  const origin = sshConnection?.split(' ')[0];
  return { user: userName(), host: hostname(), ...(origin ? { sshOrigin: origin } : {}) };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A uid without a passwd entry, common in containers.
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
