import { useEffectEvent, useLayoutEffect, useRef } from 'react';
import type { Layer, LayerHandle, LayerName } from '../dispatcher.ts';
import { useShell } from '../shell.ts';

/** Makes the rows work while the component is on screen. */
export function useKeys(name: LayerName, layer: Layer): void {
  const { dispatcher } = useShell();
  const handle = useRef<LayerHandle>(undefined);
  const latest = useEffectEvent(() => layer);
  useLayoutEffect(() => {
    handle.current = dispatcher.add(name, latest());
    return () => handle.current?.remove();
  }, [dispatcher, name]);
  useLayoutEffect(() => handle.current?.update(layer));
}
