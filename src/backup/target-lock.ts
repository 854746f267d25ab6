/**
 * Backups, restores and retirements of one storage exclude one another: a backup that is made while a restore writes would be
 * neither what was before nor what is after it.
 */
export const targetLock = (target: string): string => `the archiving or restoring of games in ${target}`;
