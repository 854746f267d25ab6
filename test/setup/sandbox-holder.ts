/** A console reduced to its hold on the sandbox: `node sandbox-holder.ts FOLDER COMMAND…`; prints the sandbox's pid. */
import { systemClock } from '../../src/base/clock.ts';
import { attachSandbox } from '../../src/sandbox/attach.ts';

const [, , folder = '', ...command] = process.argv;
const { pid } = await attachSandbox({ folder, command, clock: systemClock });
process.stdout.write(`${pid}\n`);
setInterval(() => {}, 60_000);
