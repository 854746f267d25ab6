import type { EngineSettings, StrategyName } from '../settings.ts';
import { eventSourced } from './event-sourced.ts';
import { hybrid } from './hybrid.ts';
import { snapshotOnly } from './snapshot-only.ts';
import type { Strategy } from './strategy.ts';

export const strategies: Readonly<Record<StrategyName, (settings: EngineSettings) => Strategy>> = {
  hybrid,
  'snapshot-only': snapshotOnly,
  'event-sourced': eventSourced,
};
