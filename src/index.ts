/** What game servers persist their games with. */
export { type BreakerSettings, withBreaker } from './backend/breaker.ts';
export { type BackendPlace, createDynamoDbTables, openBackend } from './backend/catalogue.ts';
export {
  type DualWrite,
  type DualWriteOptions,
  withDualWrite,
} from './backend/dual-write/dual-write.ts';
export type { Divergence, DualWriteListener } from './backend/dual-write/mirror.ts';
export { observed } from './backend/observed.ts';
export type { Backend, BackendKind, BackendListener, Observer, PrimaryBackend } from './backend/port.ts';
export { retryReads } from './backend/retry.ts';
export { readBackupFigures } from './backup/backup-figures.ts';
export { type Clock, systemClock } from './base/clock.ts';
export { Fault, type FaultCode } from './base/fault.ts';
export { createEngine } from './engine/create.ts';
export type * from './engine/engine.ts';
export type * from './engine/memory.ts';
export type { RecoveryMode } from './engine/recovery-mode.ts';
export type { KeyRing } from './engine/seal.ts';
export { type EngineSettings, productionSettings, type StrategyName } from './engine/settings.ts';
export { type GameId, type Json, parseGameId } from './game/game.ts';
export { nextPhases, type Phase, phases } from './game/phases.ts';
export type { PatchOperation, SnapshotTrigger } from './game/record.ts';
export { createExporter, type Exporter } from './metrics/exporter.ts';
export { type AdminHandler, createAdminHandler } from './platform/admin-handler.ts';
