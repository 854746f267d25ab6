import { useCallback } from 'react';
import type { Validation } from '../../src/backup/archive-list.ts';
import { formatBytes } from '../../src/base/units.ts';
import { gamesText } from '../../src/game/record-words.ts';
import type { Reader } from '../hook/use-long-read.ts';
import { type Line as LineData, piece, wrap } from '../line.ts';
import { ScrollScreen } from '../part/scroll-screen.tsx';
import { UntilRead } from '../part/until-read.tsx';
import { useShell } from '../shell.ts';
import type { Glyphs } from '../theme.ts';

interface ValidationViewProps {
  readonly name: string;
  readonly onClose: () => void;
}

const backTo = 'back to the archives';

/** Reads a whole archive back and says whether it could be restored from. */
export function ValidationView({ name, onClose }: ValidationViewProps) {
  const { ports } = useShell();
  const read: Reader<Validation> = useCallback(
    (told, signal) => ports.archives.validate(name, told, signal),
    [ports, name],
  );
  const title = [piece('VALIDATE  ', 'accent', true), piece(name, 'plain', true)];
  return (
    <UntilRead {...{ title, read, backTo, onClose }} busy="a validation" failure="It could not be validated">
      {(validation) => <Validated title={title} validation={validation} onClose={onClose} />}
    </UntilRead>
  );
}

interface ValidatedProps {
  readonly title: LineData;
  readonly validation: Validation;
  readonly onClose: () => void;
}

function Validated({ title, validation, onClose }: ValidatedProps) {
  const { theme, frame } = useShell();
  const lines = [title, [], ...validationLines(validation, theme.glyphs, frame.columns - 2)];
  return <ScrollScreen lines={lines} leave={backTo} onClose={onClose} />;
}

function validationLines(
  { ok, games, bytesRead, problems, mend }: Validation,
  glyphs: Glyphs,
  cells: number,
): readonly LineData[] {
  const read = `${gamesText(games)}, ${formatBytes(bytesRead)} read`;
  if (ok) return [[piece(`${glyphs.step.done} VALID: every hash matches. `, 'good', true), piece(read)]];
  const verdict =
    mend === undefined ? 'NOT VALID: do not restore from it. ' : 'WRONG MANIFEST of a whole archive. ';
  return [
    [piece(`${glyphs.step.failed} ${verdict}`, 'bad', true), piece(read)],
    ...problems.flatMap((problem) => wrap(problem, cells - 2).map((text) => [piece(`  ${text}`)])),
    ...(mend === undefined ? [] : wrap(mend, cells).map((text) => [piece(text)])),
  ];
}
