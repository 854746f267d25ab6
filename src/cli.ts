#!/usr/bin/env node
// Kept to syntax that old Nodes parse: it has to be able to tell them that they are too old.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 11)) {
  process.stderr.write(
    `gamekeeper needs Node 24.11 or newer, this is ${process.versions.node}. Use npm start, npx gamekeeper, or a newer node.\n`,
  );
  process.exit(2);
}
await import('node:module').then((module) => module.enableCompileCache?.());
const { main } = await import('./cli/main.ts');
await main(process.argv.slice(2));

export {};
