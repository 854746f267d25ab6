/** The program of a sandbox process for tests: `node sandbox-process.ts FOLDER [OPTIONS as JSON]`. */
import { runSandbox } from '../../src/sandbox/main.ts';

const [, , folder = '', options = '{}'] = process.argv;
await runSandbox({ folder, ...JSON.parse(options) });
