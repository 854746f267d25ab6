/** The library as another package meets it: the README's example, the declarations, the bundle. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { tempFolder } from '../setup/temp-folder.ts';

const root = new URL('../..', import.meta.url).pathname;
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const run = promisify(execFile);

const [example = ''] =
  /(?<=^```ts\n)import .*?(?=^```)/ms.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? [];

/** Its settings are those of nearly every project, not ours. */
const compilerOptions = {
  ...{ target: 'es2023', module: 'nodenext', strict: true, noEmit: true, skipLibCheck: true },
  ...{ types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
};

function otherPackage(files: Readonly<Record<string, string>>): string {
  const folder = tempFolder();
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/gamekeeper'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: Object.keys(files) }),
  );
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const typesOf = (folder: string) =>
  run(process.execPath, [tsc, '-p', '.'], { cwd: folder }).then(
    () => 'sound',
    ({ stdout }: { stdout: string }) => stdout,
  );

test("the README's example is sound by the library's types, and runs", async () => {
  await run(process.execPath, [tsc, '-p', 'tsconfig.declarations.json'], { cwd: root });
  const wrong = `
import { loadServerSettings } from 'gamekeeper/settings';
import { parseGameId } from 'gamekeeper';
// @ts-expect-error: a text is no id until it is parsed
const id: ReturnType<typeof parseGameId> = 'room-1';
const { engine } = await loadServerSettings();
// @ts-expect-error: the types of settings are known too
const strategy: 'none' = engine.strategy;
`;
  const folder = otherPackage({ 'example.ts': example, 'wrong.ts': wrong });
  expect(await typesOf(folder)).toBe('sound');
  await run(process.execPath, ['example.ts'], { cwd: folder });
  await expect(run(process.execPath, ['example.ts'], { cwd: folder })).rejects.toThrow(
    'There is a game room-1 already',
  );
});
