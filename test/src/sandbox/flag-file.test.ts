import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changesOf, isEffective, openFlagFile } from '../../../src/sandbox/flag-file.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

const newFile = () => join(tempFolder(), 'flags.json');
const everybody = () => true;

describe('the flags of the sandbox', () => {
  it('are all on before anybody touched them', () => {
    expect(openFlagFile(newFile()).read().enable_state_recovery).toEqual({ enabled: true, percentage: 100 });
  });

  it('are seen by whoever else has the file open', () => {
    const path = newFile();
    openFlagFile(path).update({ enable_state_recovery: { percentage: 25 } });
    expect(openFlagFile(path).read().enable_state_recovery).toEqual({ enabled: true, percentage: 25 });
  });

  it('are changed all or not at all', () => {
    const file = openFlagFile(newFile());
    file.update({ use_state_persistence: { enabled: false } });
    const change = file.update({
      use_state_persistence: { percentage: 5 },
      enable_state_snapshots: { enabled: true },
    });
    expect(change).toEqual({ kind: 'refused', why: expect.stringContaining('needs use_state_persistence') });
    expect(file.read().use_state_persistence).toEqual({ enabled: false, percentage: 100 });
  });

  it('can be turned on together with what they need', () => {
    const file = openFlagFile(newFile());
    file.update({ use_state_persistence: { enabled: false } });
    const update = changesOf([
      { name: 'enable_state_snapshots', enabled: true },
      { name: 'use_state_persistence', enabled: true },
    ]);
    expect(file.update(update).kind).toBe('changed');
  });

  it('can always be turned off, and those that build on it then have no effect', () => {
    const file = openFlagFile(newFile());
    expect(file.update({ use_state_persistence: { enabled: false } }).kind).toBe('changed');
    expect(file.read().enable_state_recovery.enabled).toBe(true);
    expect(isEffective(file.read(), 'enable_state_recovery', everybody)).toBe(false);
  });

  it('have an effect only within their percentage and that of those they need', () => {
    const file = openFlagFile(newFile());
    file.update({ use_state_persistence: { percentage: 10 } });
    const within = (place: number) => (percentage: number) => place < percentage;
    expect(isEffective(file.read(), 'enable_state_snapshots', within(9))).toBe(true);
    expect(isEffective(file.read(), 'enable_state_snapshots', within(10))).toBe(false);
  });
});
