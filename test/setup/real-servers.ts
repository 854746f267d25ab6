/** Makes sure the real servers that tests start are on this machine; installs them where it may, else says what is missing. */
import { execFileSync, spawnSync } from 'node:child_process';

const needed = [
  { program: 'redis-server', debianPackage: 'redis-server' },
  { program: 'openssl', debianPackage: 'openssl' },
  { program: 'age', debianPackage: 'age' },
];

export default function installRealServers(): void {
  const missing = needed.filter(({ program }) => !isInstalled(program));
  if (missing.length === 0) return;
  const packages = missing.map(({ debianPackage }) => debianPackage);
  const isRoot = process.getuid?.() === 0;
  if (isRoot && isInstalled('apt-get')) {
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
    // The service must not start: tests start their own servers, on free ports.
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    });
  }
  const still = missing.filter(({ program }) => !isInstalled(program));
  if (still.length > 0) {
    throw new Error(
      `The tests need ${still.map(({ program }) => program).join(', ')}, which is not installed and may not be installed by this user. ` +
        `Install it and run the tests again: sudo apt-get install ${still.map(({ debianPackage }) => debianPackage).join(' ')}`,
    );
  }
}

function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
}
