import type { Report } from '../../src/action/action.ts';
import { reportLines } from '../plan-text.ts';
import { useShell } from '../shell.ts';
import { ScrollScreen } from './scroll-screen.tsx';

interface ReportViewProps {
  readonly report: Report;
  readonly onClose: () => void;
}

/** What became of it, in words. */
export function ReportView({ report, onClose }: ReportViewProps) {
  const { theme, frame } = useShell();
  const lines = reportLines(report, theme.glyphs, frame.columns - 2);
  return <ScrollScreen lines={lines} leave="close the report" onClose={onClose} />;
}
