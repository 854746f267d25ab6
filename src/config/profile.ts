/** Profiles: the same variables in a file, `<name>.yaml`, as lines of `NAME: value`. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Fault } from '../base/fault.ts';
import type { RawValues } from './raw.ts';
import { isVariable, variables } from './schema.ts';

const extension = '.yaml';

/** @throws Fault `config-invalid` */
export async function readProfile(folder: string, name: string): Promise<RawValues> {
  const { success: isName } = variables.GAMEKEEPER_PROFILE.safeParse(name);
  if (!isName) throw await noSuchProfile(folder, name);
  const path = join(folder, name + extension);
  const values = parseYaml(await read(path, folder, name), path, name);
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      if (!isVariable(key)) throw unknownVariable(name, key);
      return [key, { text: String(value), from: `profile ${name}` }];
    }),
  );
}

async function read(path: string, folder: string, name: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      throw await noSuchProfile(folder, name);
    throw new Fault('config-invalid', `Profile "${name}" cannot be read`, {
      cause,
      next: `Make ${path} a file that you may read`,
    });
  }
}

async function noSuchProfile(folder: string, name: string): Promise<Fault> {
  const files = (await readdir(folder).catch((): string[] => [])).filter((file) => file.endsWith(extension));
  const names = files.map((file) => file.slice(0, -extension.length)).join(', ');
  return new Fault('config-invalid', `There is no profile "${name}" in ${folder}`, {
    next: names
      ? `Choose one of: ${names}`
      : `Create ${join(folder, `NAME${extension}`)} with lines like REDIS_URL: redis://…`,
  });
}

function parseYaml(text: string, path: string, name: string): object {
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch (cause) {
    throw new Fault('config-invalid', `Profile "${name}" is not YAML`, { cause, next: `Mend ${path}` });
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw new Fault('config-invalid', `Profile "${name}" is not a list of NAME: value`, {
    next: `Write lines like ENVIRONMENT: staging into ${path}`,
  });
}

const unknownVariable = (name: string, key: string) =>
  new Fault('config-invalid', `Profile "${name}" sets ${key}, which gamekeeper does not know`, {
    next: `It knows ${Object.keys(variables).join(', ')}`,
  });
