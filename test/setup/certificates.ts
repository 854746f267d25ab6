/** Certificate authorities of the test's own, and the certificates that they give out. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from './temp-folder.ts';

export interface TestCertificates {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

interface CertificateOptions {
  /** As openssl writes them. */
  readonly names?: string;
  /** Of the server's certificate; negative for one that has expired. */
  readonly days?: number;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Of an authority of their own. */
export function makeCertificates(options: CertificateOptions = {}): TestCertificates {
  const folder = tempFolder();
  const args = ['-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2'];
  openssl(folder, 'req', ...args, '-subj', '/CN=test ca');
  issueCertificate(folder, options);
  return {
    caFile: join(folder, 'ca.crt'),
    certFile: join(folder, 'server.crt'),
    keyFile: join(folder, 'server.key'),
  };
}

/** In place of the one before, of the same authority. @param folder that of its files */
export function issueCertificate(
  folder: string,
  { names = 'IP:127.0.0.1,DNS:localhost', days = 2 }: CertificateOptions,
): void {
  openssl(
    folder,
    'req',
    ...newKey,
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
    '-subj',
    '/CN=test server',
  );
  writeFileSync(join(folder, 'names'), `subjectAltName=${names}\n`);
  const signing = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names'];
  const made = ['-in', 'server.csr', '-out', 'server.crt', '-days', String(days)];
  openssl(folder, 'x509', '-req', ...made, ...signing);
}

function openssl(folder: string, ...args: string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
}
