// The page of guarantees, printed from the attacks on the server that ran and from the laws of the library.
import { existsSync, readFileSync } from 'node:fs';
import { type Attack, type AttackId, attacks, promises } from '../apps/server/test/harness/proofs.ts';
import { adapterLaws } from '../packages/idempotency/src/testing/adapter-laws.ts';
import type { Law } from '../packages/idempotency/src/testing/law.ts';
import { storeLaws } from '../packages/idempotency/src/testing/store-laws.ts';
import { unconcerned } from '../packages/idempotency/test/adapters/harness/unconcerned.ts';
import { keptScores, percentOf } from './mutate/scores.ts';
import { explanationsFile } from './mutate/targets.ts';
import { keptProofs } from './proofs.ts';

/** A subject of the laws, and the test file that runs the laws on it. */
interface Held {
  readonly name: string;
  readonly file: string;
}

const head = `# Guarantees

\`npm run docs\` prints this page from the code and from the results of test runs. Do not edit it here.

## The server

Tests attack each promise below on real processes, real sockets and a real disk, or in a simulated world. \`npm test\` runs a
short version of each attack, and \`npm run prove\` a long one; the table shows the last long run that passed. A failed run
prints its seed, and \`SEED=… npm run prove -- FILE\` repeats it.
`;

const libraryHead = `## The library

A law is a sentence and a function that rejects if the sentence is false. \`npm test\` runs each law on every store and every
adapter below, with real servers and real sockets. You can run the laws on your own store or adapter:
[write a store](../how-to/idempotency/write-a-store.md). The id of a law does not change between releases.
`;

const mutationHead = `## What the tests notice

Mutation testing changes one small thing in the sources at a time, and checks whether a test fails
([ADR 0186](../adr/0186-mutation-testing.md)). A change that TypeScript refuses does not count. The score is the share of the other changes that a test
noticed. \`${explanationsFile}\` explains in one line each survivor that no test can or need notice. Only the sources below were run; the
score of the others is unknown. *Near* tests are those of the
same folder and its neighbours; *all* includes larger ones, for at most 20 seconds for each change. Where a number of changes is given
as *300 of 5,000*, a seed chose a sample of the changes; the score of the others is unknown.
`;

/** The kept scores of the last runs of `npm run mutate`. */
function mutationTable(): string {
  const rows = Object.entries(keptScores()).map(([name, score]) => {
    const { mutants, refused, killed, late, explained, unexplained, isNear, sample } = score;
    const chosen = sample === undefined ? '' : ` --sample ${sample.size} --seed ${sample.seed}`;
    const command = `npm run mutate --${isNear ? ' --near' : ''}${chosen} ${name.replaceAll(',', '')}`;
    const sources = name.split(', ').map((one) => `\`${one}\``);
    const changes = sample === undefined ? mutants : `${mutants} of ${sample.of}`;
    const noticed = `${killed}${late === 0 ? '' : `, ${late} of them by the time limit`}`;
    const cells = [
      sources.join(', '),
      isNear ? 'near' : 'all',
      changes,
      refused,
      noticed,
      explained,
      unexplained,
      `${percentOf(score)} %`,
      `\`${command}\``,
    ];
    return `| ${cells.join(' | ')} |\n`;
  });
  return `| sources | tests | changes | refused by the compiler | noticed | explained | not explained | score | repeat it |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n${rows.join('')}`;
}

/** The promises of the server, each with the attacks on it and the results of their last long run. */
function serverProofs(): string {
  const proofs = keptProofs();
  const rows = entriesOf(attacks).map(([id, attack]: [AttackId, Attack]) => {
    if (!existsSync(attack.file) || !readFileSync(attack.file, 'utf8').includes(`'${id}'`)) {
      throw new Error(`${attack.file} does not note what the attack ${id} came to`);
    }
    const proof = proofs[id];
    const amount = proof === undefined ? 'only the short version so far' : `${proof.amount} (${proof.day})`;
    const command = `\`npm run prove -- ${attack.file}\``;
    return `| ${attack.attack} | ${attack.promises.map((one) => `\`${one}\``).join(', ')} | ${amount} | ${attack.result} | ${command} |\n`;
  });
  const promised = entriesOf(promises).map(([id, sentence]) => `| \`${id}\` | ${sentence} |\n`);
  return [
    `| promise | in words |\n| --- | --- |\n${promised.join('')}`,
    `| attack | on | amount of the last long run | result | repeat it |\n| --- | --- | --- | --- | --- |\n${rows.join('')}`,
  ].join('\n');
}

function entriesOf<K extends string, V>(record: Readonly<Record<K, V>>): [K, V][] {
  return Object.entries(record) as [K, V][];
}

/** @throws {Error} if a test file that the page names is not there, or does not run these laws */
function heldTable(laws: 'storeLaws' | 'runAdapterLaws', what: string, held: readonly Held[]): string {
  for (const { file } of held) {
    if (!existsSync(file) || !readFileSync(file, 'utf8').toLowerCase().includes(laws.toLowerCase())) {
      throw new Error(`${file} does not run the ${laws}, as the page of the guarantees says`);
    }
  }
  const rows = held.map(({ name, file }) => `| ${name} | \`${file}\` |\n`).join('');
  return `| ${what} | tested by |\n| --- | --- |\n${rows}`;
}

function lawTable(laws: readonly Pick<Law<never>, 'id' | 'sentence'>[]): string {
  return `| id | law |\n| --- | --- |\n${laws.map(({ id, sentence }) => `| \`${id}\` | ${sentence} |\n`).join('')}`;
}

const storeTests = 'packages/idempotency/src/stores';
const oldVersionTests = 'packages/old-versions/test';
const stores: readonly Held[] = [
  { name: '`memoryStore`', file: `${storeTests}/memory.test.ts` },
  { name: '`sqliteStore`, by `node:sqlite` and by better-sqlite3', file: `${storeTests}/sqlite.test.ts` },
  { name: '`postgresStore`, by `pg` and by `postgres`', file: `${storeTests}/postgres.test.ts` },
  { name: '`mysqlStore`, by `mysql2`, on MariaDB', file: `${storeTests}/mysql.test.ts` },
  {
    name: '`redisStore`, by `ioredis` and by `redis` 4, 5 and 6, on one server and on a cluster',
    file: `${storeTests}/redis.test.ts`,
  },
  { name: '`redisStore`, by `ioredis` 4', file: `${oldVersionTests}/ioredis-4.test.ts` },
  {
    name: '`upstashStore`, on Redis behind the REST API of Upstash',
    file: `${storeTests}/redis-upstash.test.ts`,
  },
  {
    name: '`d1Store` and `durableObjectStore`, on workerd',
    file: `${storeTests}/cloudflare.test.ts`,
  },
  { name: '`dynamodbStore`, by the AWS SDK, on Dynalite', file: `${storeTests}/dynamodb.test.ts` },
  {
    name: '`mongodbStore`, by `mongodb`, on a server that the tests are given',
    file: `${storeTests}/mongodb.test.ts`,
  },
];

const adapterTests = 'packages/idempotency/test/adapters';
const adapters: readonly Held[] = [
  { name: 'Express 4', file: `${adapterTests}/express-4.test.ts` },
  { name: 'Express 5', file: `${adapterTests}/express-5.test.ts` },
  { name: 'Fastify 4', file: `${adapterTests}/fastify.test.ts` },
  { name: 'Fastify 5', file: `${adapterTests}/fastify.test.ts` },
  { name: 'Koa 2', file: `${adapterTests}/koa.test.ts` },
  { name: 'Koa 3', file: `${adapterTests}/koa.test.ts` },
  { name: 'Hono', file: `${adapterTests}/hono.test.ts` },
  { name: 'Hono 3', file: `${oldVersionTests}/hono-3.test.ts` },
  { name: 'NestJS on Express', file: `${adapterTests}/nest-express.test.ts` },
  { name: 'NestJS on Fastify', file: `${adapterTests}/nest-fastify.test.ts` },
  { name: 'NestJS 10 on Express', file: `${oldVersionTests}/nest-10-express.test.ts` },
  { name: 'NestJS 10 on Fastify', file: `${oldVersionTests}/nest-10-fastify.test.ts` },
  { name: 'handlers of the Fetch API', file: `${adapterTests}/fetch.test.ts` },
  { name: 'node:http', file: `${adapterTests}/node.test.ts` },
];

/** The laws that apply to each adapter: all that its framework has the features for. */
function concernTable(): string {
  const rows = adapters.map(({ name }) => {
    const others = unconcerned[name] ?? [];
    const ids = others.map((id) => `\`${id}\``).join(', ');
    return `| ${name} | ${adapterLaws.length - others.length} | ${ids} |\n`;
  });
  return `| adapter | laws | laws that do not apply |\n| --- | --- | --- |\n${rows.join('')}`;
}

/** The text of `docs/reference/guarantees.md`. */
export function guaranteesPage(): string {
  return [
    head,
    serverProofs(),
    libraryHead,
    `### Every store\n\n${lawTable(storeLaws)}`,
    heldTable('storeLaws', 'store', stores),
    `### Every adapter\n\nA law applies to an adapter if its framework has the feature that the law is about.\n\n${lawTable(adapterLaws)}`,
    heldTable('runAdapterLaws', 'adapter', adapters),
    `Number of the ${adapterLaws.length} laws that apply to each adapter:\n\n${concernTable()}`,
    mutationHead,
    mutationTable(),
  ].join('\n');
}

/** The laws that the README of the package shows, in its order. */
const shown: readonly string[] = [
  'concurrent-duplicates',
  'replay-json',
  'replay-stream',
  'own-headers-of-each-answer',
  'conflict',
  'tenants-apart',
  'hang-up-while-executing',
  'reset-right-after-sending',
  'handler-outlives-the-lease',
  'abandoned-refused',
  'tombstone-refuses',
  'late-holder-refused',
  'store-down',
  'answer-not-stored',
];

/** The README of the package, with the current text of the laws that it shows. */
export function readmeWithGuarantees(readme: string): string {
  const laws: readonly Pick<Law<never>, 'id' | 'sentence'>[] = [...adapterLaws, ...storeLaws];
  const lines = shown.map((id) => {
    const law = laws.find((one) => one.id === id);
    if (law === undefined) throw new Error(`the README shows the law ${id}, and there is none`);
    return `- ${law.sentence}\n`;
  });
  const [before, , after] = readme.split(/(?<=<!-- laws -->\n)|(?=<!-- end of the laws -->)/);
  if (before === undefined || after === undefined) throw new Error('the README has no place for the laws');
  return `${before}${lines.join('')}${after}`;
}
