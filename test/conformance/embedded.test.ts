import { embeddedPlace } from '../setup/backend-places.ts';
import { allWraps } from '../setup/backend-wraps.ts';
import { backendConformance } from './backend.ts';

backendConformance('embedded', embeddedPlace);
// Each test starts a thread: all wrappers at once, one by one they run on Redis.
backendConformance('embedded, wrapped', embeddedPlace, allWraps);
