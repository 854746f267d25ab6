import { TypedAction } from '../backups/typed-action.tsx';
import type { View } from '../navigation.ts';
import { useShell } from '../shell.ts';

/** A verb of backups that was typed whole, like `:backup create --where phase:TURN`. */
export function Backup({ view: { subject = '' } }: { readonly view: View }) {
  const { ports, back } = useShell();
  const leave = () => {
    void ports.feeds.archives.refresh();
    back();
  };
  return <TypedAction words={subject} asks={false} onClose={leave} />;
}
