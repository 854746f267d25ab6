/** What keeps a connection from being trusted, by the `code` of what the socket threw; waiting alone helps with none. */

interface TlsKind {
  readonly what: string;
  readonly next: string;
}

const expired: TlsKind = {
  what: 'has a certificate that has expired',
  next: "Renew the server's certificate, and have the server load it; check the clock of this machine too",
};

const early: TlsKind = {
  what: 'has a certificate that is not valid yet',
  next: "Check the clock of this machine, and the dates of the server's certificate",
};

const otherName: TlsKind = {
  what: 'has a certificate for another name',
  next: 'Name it in REDIS_URL as its certificate does; a cluster has to announce such names too (cluster-announce-hostname, cluster-preferred-endpoint-type hostname), and so have sentinels (sentinel announce-hostnames yes)',
};

const untrusted: TlsKind = {
  what: 'has a certificate of an authority that is not trusted',
  next: "Set REDIS_CA_FILE to the certificate (PEM) of the authority that signed the server's",
};

const wantsOurs: TlsKind = {
  what: 'asks for a certificate of the client, and there is none to show',
  next: 'Set tls-auth-clients to optional on the server, and have users log in by password',
};

const noTls: TlsKind = {
  what: 'does not speak TLS',
  next: 'Use redis:// in place of rediss://, or the TLS port; a cluster names its TLS ports with tls-cluster yes',
};

const other: TlsKind = {
  what: 'failed in the TLS handshake',
  next: 'Check the certificate and REDIS_CA_FILE; a server must not insist on a certificate of the client (tls-auth-clients)',
};

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes, and OpenSSL's own. */
const kinds: readonly (readonly [code: RegExp, kind: TlsKind])[] = [
  [/^CERT_HAS_EXPIRED$/, expired],
  [/^CERT_NOT_YET_VALID$/, early],
  [/ALTNAME_INVALID$|^HOSTNAME_MISMATCH$/, otherName],
  [/CERTIFICATE_REQUIRED$/, wantsOurs],
  [/WRONG_VERSION_NUMBER$|PACKET_LENGTH_TOO_LONG$/, noTls],
  [/^UNABLE_TO_|SELF_SIGNED|^CERT_UNTRUSTED$|^CERT_SIGNATURE_FAILURE$|^INVALID_CA$/, untrusted],
  [/CERT|^ERR_(TLS|SSL|OSSL)_|^EPROTO$|^CRL_/, other],
];

/** undefined where TLS has nothing to do with it. */
export const tlsKind = (code: string): TlsKind | undefined =>
  kinds.find(([pattern]) => pattern.test(code))?.[1];

/** What the message says besides addresses in memory and lines of source. */
export function tlsMessage(thrown: Error): string {
  const cert = 'cert' in thrown && thrown.cert instanceof Object ? thrown.cert : {};
  if ('subjectaltname' in cert && cert.subjectaltname) return `it is for ${cert.subjectaltname}`;
  return /^\w*:?error:\w+:[^:]*:[^:]*:([^:]+):/.exec(thrown.message)?.[1] ?? thrown.message;
}
