/** Forms of addresses. What connects to one checks it again, and more closely. */
import type { Form, Parsed } from './form.ts';

export const httpUrl: Form<string> = {
  expects: 'http://HOST:PORT',
  parse: (text) => parseHttp(/[?#]/.test(text) ? '' : text, 'expected an address like http://10.0.0.5:8000'),
};

export const httpUrls = (rules: { readonly query: boolean }): Form<readonly string[]> => ({
  expects: 'http://HOST:PORT, comma-separated',
  parse(text) {
    const parts = text
      .split(',')
      .map((part) => part.trim().replace(/\/+$/, ''))
      .filter((part) => part !== '');
    for (const part of parts) {
      const parsed = parseHttp(part, 'expected addresses like http://10.0.0.5:8080, comma-separated');
      if ('problem' in parsed) return parsed;
      if (!rules.query && /[?#]/.test(part))
        return { problem: 'an address has a query, to which no path can be added' };
    }
    if (new Set(parts).size < parts.length)
      return { problem: 'an address is listed twice, so it would count twice' };
    return { value: parts };
  },
});

function parseHttp(text: string, expected: string): Parsed<string> {
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null;
  if (!url?.hostname) return { problem: expected };
  if (url.username || url.password)
    return { problem: 'an address holds a user or password, which cannot be sent' };
  return { value: text };
}

const redisForms = 'redis://[USER:PASSWORD@]HOST:6379/0';

/** One server, `redis+sentinel://h1,h2/MASTER[/DB]`, `redis+cluster://h1,h2`; with `rediss` instead, over TLS. */
export const redisUrl: Form<string> = {
  expects: `${redisForms}, rediss://…, redis+sentinel://H1,H2/MASTER/0 or redis+cluster://H1,H2`,
  parse(text) {
    const [, topology, authority, path] =
      /^rediss?(?:\+(sentinel|cluster))?:\/\/([^/?#]*)(\/[^?#]*)?$/.exec(text) ?? [];
    if (authority === undefined)
      return { problem: `expected an address like ${redisForms}, without options` };
    const hosts = authority.slice(authority.lastIndexOf('@') + 1).split(',');
    const isHost = (host: string) => /^(\[[\da-f:.]+\]|[^\s:,[\]]+)(:\d{1,5})?$/i.test(host);
    if (!hosts.every(isHost)) return { problem: 'expected HOST or HOST:PORT after the user and password' };
    if (topology === undefined && hosts.length > 1)
      return { problem: 'several hosts need redis+sentinel:// or redis+cluster://' };
    return pathFits(topology, path ?? '') ? { value: text } : { problem: pathExpected(topology) };
  },
};

function pathFits(topology: string | undefined, path: string): boolean {
  if (topology === 'sentinel') return /^\/[^/]+(\/\d{0,6})?$/.test(path);
  return topology === 'cluster' ? /^(\/0?)?$/.test(path) : /^(\/\d{0,6})?$/.test(path);
}

function pathExpected(topology: string | undefined): string {
  if (topology === 'sentinel')
    return "expected the master's name after the hosts, like redis+sentinel://h1,h2/mymaster";
  if (topology === 'cluster') return 'a cluster has one database only: expected nothing after the hosts';
  return 'expected the number of a database after the host, like /0';
}
