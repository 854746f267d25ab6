import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadLibrary } from '../../../src/runbook/library.ts';
import { changed, soundRunbook } from '../../setup/runbook-text.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

function folderWith(files: Readonly<Record<string, string>>): string {
  const path = tempFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

const named = (id: string) => changed('id: sound', `id: ${id}`);

const load = (...paths: readonly string[]) => loadLibrary(paths.map((path) => ({ path })));

describe('a library', () => {
  it('lists the runbooks of all folders by id', async () => {
    const library = await load(
      folderWith({ 'x.yaml': named('zeta'), 'y.yml': named('alpha'), 'notes.txt': 'no runbook' }),
      folderWith({ 'x.yaml': named('beta') }),
    );
    expect(library.list().map(({ id }) => id)).toEqual(['alpha', 'beta', 'zeta']);
    expect(library.problems).toEqual([]);
  });

  it('takes single files too', async () => {
    const folder = folderWith({ 'one.yaml': named('one'), 'two.yaml': named('two') });
    expect((await load(join(folder, 'two.yaml'))).list()).toMatchObject([{ id: 'two' }]);
  });

  it('reports a broken file and lists the others', async () => {
    const folder = folderWith({ 'bad.yaml': 'kind: [', 'good.yaml': soundRunbook });
    const library = await load(folder);
    expect(library.list()).toMatchObject([{ id: 'sound' }]);
    expect(library.problems[0]).toMatchObject({ file: join(folder, 'bad.yaml'), rule: 'yaml' });
  });

  it('lists a runbook that can be walked although it could be better', async () => {
    const folder = folderWith({ 'a.yaml': changed('err > 20 %', 'err > 1 %') });
    const library = await load(folder);
    expect(library.list()).toHaveLength(1);
    expect(library.problems).toMatchObject([{ rule: 'hidden-branch' }]);
  });

  it('keeps the first of two with one id and names both files', async () => {
    const [own, ours] = [folderWith({ 'a.yaml': soundRunbook }), folderWith({ 'b.yaml': soundRunbook })];
    const library = await load(own, ours);
    expect(library.get('sound').path).toBe(join(own, 'a.yaml'));
    expect(library.problems).toMatchObject([
      { rule: 'duplicate-id', file: join(ours, 'b.yaml'), line: 2, message: expect.stringContaining(own) },
    ]);
  });

  it('does not meet one file twice', async () => {
    const folder = folderWith({ 'a.yaml': soundRunbook });
    expect((await load(folder, folder, join(folder, 'a.yaml'))).problems).toEqual([]);
  });
});

describe('what cannot be read is a problem, not an end', () => {
  it('a folder that does not exist', async () => {
    expect((await load('/nowhere/at/all')).problems).toMatchObject([{ rule: 'unreadable' }]);
  });

  it('but for a folder that need not exist', async () => {
    const library = await loadLibrary([{ path: '/nowhere/at/all', optional: true }]);
    expect(library.problems).toEqual([]);
  });

  it('a folder and an endless device that are named like runbooks', async () => {
    const folder = folderWith({ 'good.yaml': soundRunbook });
    mkdirSync(join(folder, 'folder.yaml'));
    symlinkSync('/dev/zero', join(folder, 'zero.yaml'));
    const library = await load(folder);
    expect(library.list()).toHaveLength(1);
    expect(library.problems.map(({ rule }) => rule)).toEqual(['unreadable', 'unreadable']);
  });

  it('a file that is too large, unread', async () => {
    const folder = folderWith({ 'large.yaml': '' });
    truncateSync(join(folder, 'large.yaml'), 3 * 1024 ** 3);
    expect((await load(folder)).problems).toMatchObject([{ rule: 'too-large' }]);
  });
});

describe('asking for a runbook that is not there', () => {
  it('names what exists', async () => {
    const library = await load(folderWith({ 'a.yaml': named('one'), 'b.yaml': named('two') }));
    expect(() => library.get('three')).toThrow(
      expect.objectContaining({ code: 'not-found', next: 'Use one of one, two' }),
    );
  });

  it('says what is wrong with its file when that is broken', async () => {
    const library = await load(folderWith({ 'mine.yaml': changed('60s', 'soon') }));
    expect(() => library.get('mine')).toThrow(/cannot be read.*mine\.yaml:7:51 duration/);
  });
});
