/** What an operator should know of the servers, as they tell it: nothing is written, and no setting changed. */
import type { Redis } from 'ioredis';
import type { Finding } from '../port.ts';
import { isNotPermitted } from './faults.ts';
import { durability, memory, policy, replication, role, version } from './info-findings.ts';
import { keyOf } from './keys.ts';
import { rights, scriptsRefused } from './rights-findings.ts';
import type { Answer, Servers } from './servers.ts';

const sample = { id: 'gamekeeper', layout: 'current' } as const;

export async function examineServers(
  servers: Servers,
  readFrom: 'primary' | 'replica',
): Promise<readonly Finding[]> {
  const [ofAll, ofPrimaries] = await Promise.all([
    servers.examine(),
    servers.each(
      async (redis) => [
        ...(await examineInfo(redis, servers.primaryRole)),
        await examineRights(redis, servers.prefix),
      ],
      'primary',
    ),
  ]);
  const ofReaders =
    readFrom === 'replica' && servers.primaryRole === 'master'
      ? await servers.each(async (redis) => [
          await examineReplica(redis),
          await examineRights(redis, servers.prefix),
        ])
      : [];
  return [...ofAll, ...merged([...ofPrimaries, ...ofReaders])];
}

async function examineInfo(redis: Redis, expected: 'master' | 'slave'): Promise<Finding[]> {
  const info = await unlessRefused(() => redis.info());
  if (info === undefined) return [refused('server', 'INFO')];
  // The answer of CONFIG GET: the name and the value, or nothing.
  const save = await unlessRefused(async () => ((await redis.config('GET', 'save')) as string[])[1]);
  return [
    version(info),
    role(info, expected),
    ...(expected === 'master' ? replication(info) : []),
    memory(info),
    policy(info),
    durability(info, save) ?? refused('persistence', 'CONFIG GET save'),
  ];
}

async function examineReplica(redis: Redis): Promise<Finding> {
  const info = await unlessRefused(() => redis.info('replication'));
  return info === undefined ? refused('replica', 'INFO') : role(info, 'slave');
}

async function examineRights(redis: Redis, prefix: string): Promise<Finding> {
  const lacking = await unlessRefused(() =>
    redis.gkLackingRights(keyOf(sample, prefix), keyOf({ ...sample, layout: 'legacy' }, prefix)),
  );
  return lacking === undefined ? scriptsRefused : rights(lacking);
}

/** undefined when the ACL withholds the command. */
async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (thrown) {
    if (isNotPermitted(thrown)) return undefined;
    throw thrown;
  }
}

function refused(name: string, command: string): Finding {
  return {
    name,
    kind: 'unknown',
    found: `this user may not run ${command}`,
    next: `Grant +${command.toLowerCase().split(' ').slice(0, 2).join('|')}, or look with another user`,
  };
}

/** What all say alike of one thing is said once, otherwise with the servers that say it. */
function merged(answers: readonly Answer<readonly Finding[]>[]): Finding[] {
  const said = answers.flatMap(({ server, answer }) => answer.map((finding) => ({ server, finding })));
  const alike = Map.groupBy(said, ({ finding }) => JSON.stringify(finding));
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { finding } = first;
    const all = said.filter((other) => other.finding.name === finding.name);
    if (all.length === group.length) return [finding];
    const servers = group.map(({ server }) => server).join(', ');
    return [{ ...finding, found: `${servers}: ${finding.found}` }];
  });
}
