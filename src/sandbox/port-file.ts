/** The ports of last time: a plan names servers by their address, and must still find them after a restart. */
import { readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';

const portsSchema = z.array(z.number().int().min(1).max(65_535));

/** @returns none when there is no file, or one that nobody can read */
export function readPorts(path: string): readonly number[] {
  try {
    return portsSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return [];
  }
}

export function writePorts(path: string, ports: readonly number[]): void {
  writeFileSync(path, JSON.stringify(ports));
}
