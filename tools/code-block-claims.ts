import { type CodeBlock, codeBlocksOf, pagesForUsers } from './code-blocks.ts';

/** The blocks of a page that a test runs or compares with its results: all, those of a language, or those with a text. */
interface Claim {
  readonly page: string;
  readonly language?: string;
  readonly having?: string;
}

const howTo = (name: string, more: Omit<Claim, 'page'> = {}): Claim => ({
  page: `docs/how-to/${name}.md`,
  ...more,
});
const libraryPages = pagesForUsers().filter((page) => page.startsWith('docs/how-to/idempotency/'));
const stores = 'idempotency/choose-a-store';
/** Blocks of the library's pages that have a separate test, on the servers or tools that they need. */
const apart = [
  'cells.js',
  'd1-worker.js',
  'dynamodb.js',
  'facilitator.ts',
  'find-settlement.ts',
  'jest.config.js',
  'mongodb.js',
  'mppx-store.ts',
  'mysql.js',
  'object-worker.js',
  'paid-express.ts',
  'redis.js',
  'replicated.js',
  'upstash.js',
];

/** The blocks that each test file claims. The file fails if it has not run them by its end (`checkClaims`). */
const claims: Readonly<Record<string, readonly Claim[]>> = {
  'apps/mcp/test/mcp.test.ts': [
    howTo('give-an-agent-tools', { language: 'sh', having: 'npm run mcp' }),
    howTo('give-an-agent-tools', { language: 'json' }),
  ],
  'apps/server/test/deploy/pages-of-hosts.test.ts': [
    howTo('run-with-systemd'),
    howTo('run-in-a-container'),
    howTo('run-on-kubernetes'),
    howTo('watch-a-server'),
  ],
  'apps/server/test/deploy/pages-of-operation.test.ts': [
    howTo('serve-over-tls', { having: 'tls.crt' }),
    howTo('back-up'),
    howTo('upgrade-and-roll-back'),
    howTo('plan-capacity'),
    howTo('rotate-the-admin-key'),
  ],
  'apps/server/test/deploy/proxies.test.ts': [howTo('serve-over-tls', { having: 'billing.example' })],
  'apps/server/test/llm-proxy.test.ts': [{ page: 'examples/llm-proxy/README.md' }],
  'apps/server/test/move-from-agentpay.test.ts': [howTo('move-from-agentpay')],
  'apps/server/test/npm-start.test.ts': [{ page: 'README.md', having: 'npm start\n', language: 'sh' }],
  'apps/server/test/postgres/pages.test.ts': [howTo('run-on-postgresql'), howTo('use-a-managed-postgresql')],
  'apps/server/test/typed-docs.test.ts': [
    { page: 'README.md', language: 'console' },
    { page: 'README.md', having: 'my-first-key' },
    { page: 'README.md', having: 'seq 1 500' },
    { page: 'README.md', having: 'kill -9' },
    { page: 'README.md', having: 'createIdempotentFetch' },
    { page: 'README.md', having: 'ingest' },
    { page: 'examples/README.md' },
    { page: 'docs/tutorial/first-bill.md' },
    howTo('answer-a-dispute'),
    howTo('charge-for-an-api'),
    howTo('close-a-month'),
    howTo('give-a-free-allowance'),
    howTo('limit-api-keys'),
    howTo('reserve-and-capture-an-llm-call'),
    howTo('run-from-a-terminal'),
    howTo('sell-prepaid-credit'),
    howTo('stop-an-agent-at-its-budget'),
  ],
  'apps/server/test/typed-how-to.test.ts': [
    howTo('ingest-usage-files'),
    howTo('read-the-audit-log'),
    howTo('receive-events', { language: 'sh' }),
    howTo('receive-events', { language: 'js' }),
    howTo('retry-safely'),
    howTo('use-the-dashboard'),
  ],
  'apps/server/test/webhook-secrets.test.ts': [howTo('receive-events', { language: 'json' })],
  'packages/client/test/package.test.ts': [
    { page: 'README.md', having: 'meter(' },
    { page: 'packages/client/README.md' },
    howTo('give-an-agent-tools', { language: 'ts' }),
    howTo('meter-an-api'),
    howTo('use-the-sdk', { having: 'npm run tarballs' }),
    howTo('use-the-sdk', { having: 'npm install' }),
  ],
  'packages/client/test/runtimes.test.ts': [{ page: 'examples/python/README.md' }],
  'packages/conformance/test/how-to.test.ts': [
    howTo('check-any-api'),
    { page: 'packages/conformance/README.md' },
  ],
  'packages/idempotency/src/stores/cloudflare.test.ts': [howTo(stores, { language: 'javascript' })],
  'packages/idempotency/src/stores/dynamodb.test.ts': [howTo(stores, { having: '// dynamodb.js' })],
  'packages/idempotency/src/stores/mongodb.test.ts': [howTo(stores, { having: '// mongodb.js' })],
  'packages/idempotency/src/stores/mysql.test.ts': [howTo(stores, { having: '// mysql.js' })],
  'packages/idempotency/src/stores/redis-upstash.test.ts': [howTo(stores, { having: '// upstash.js' })],
  'packages/idempotency/src/stores/redis.test.ts': [
    howTo(stores, { having: '// redis.js' }),
    howTo('idempotency/fail-over-with-redis', { having: '// replicated.js' }),
  ],
  'packages/idempotency/test/atomic/examples.test.ts': [
    { page: 'README.md', having: 'postgresStore' },
    { page: 'examples/charges/README.md' },
  ],
  'packages/idempotency/test/docs/pages.test.ts': [
    ...[...libraryPages, 'docs/reference/idempotency-profiles.md', 'packages/idempotency/README.md'].flatMap(
      (page) =>
        codeBlocksOf(page)
          .flatMap(({ text }) => /^\/\/ [\w.-]+\n/.exec(text)?.[0] ?? [])
          .filter((first) => !apart.includes(first.slice(3, -1)))
          .map((having) => ({ page, having })),
    ),
    howTo('idempotency/protect-an-api', { language: 'sh' }),
    howTo('idempotency/write-a-store', { language: 'sh' }),
  ],
  'packages/idempotency/test/jest.test.ts': [
    howTo('idempotency/install', { having: '// jest.config.js' }),
    howTo('idempotency/install', { having: 'npx jest' }),
  ],
  'packages/idempotency/test/package.test.ts': [
    { page: 'packages/idempotency/README.md', having: 'curl ' },
    howTo('idempotency/install', { having: 'npm run tarballs' }),
    howTo('idempotency/install', { having: 'npm install /tmp' }),
    howTo(stores, { language: 'sh' }),
  ],
  'packages/idempotency/test/payments/page.test.ts': [howTo('idempotency/take-payments-once')],
};

/** Blocks that no test runs, with the reason and the sentence of the page about it. */
export const notRun: readonly (Claim & { readonly why: string; readonly said: string })[] = [
  {
    ...howTo('distribute-by-tenant'),
    why: 'takes many minutes: each run of the tests runs these suites on a PostgreSQL that it starts',
    said: 'No test types this command',
  },
  {
    ...howTo('fail-over-with-patroni'),
    why: 'needs Patroni, etcd and HAProxy',
    said: 'They were run by hand, with other addresses',
  },
  {
    ...howTo('distribute/citus'),
    why: 'needs a cluster with Citus',
    said: 'No test types the blocks of this page',
  },
  {
    ...howTo('distribute/cockroachdb'),
    why: 'needs CockroachDB',
    said: 'Not checked: anything on a running CockroachDB',
  },
  {
    ...howTo('distribute/yugabytedb'),
    why: 'needs YugabyteDB',
    said: 'Not checked: anything on a running YugabyteDB',
  },
  { page: 'docs/reference/performance.md', why: 'takes many minutes', said: 'no test runs them' },
  {
    page: 'packages/idempotency/README.md',
    having: 'npm install',
    why: 'is not on npm',
    said: 'It is not published yet',
  },
];

/** Figures, and pages that `npm run docs` prints from the code, as `npm run check` checks. */
export const withoutCode: readonly string[] = [
  'docs/explanation/library-leased-and-atomic.md',
  'docs/reference/command-line.md',
];

/** The files that claim something. */
export const claimingFiles: readonly string[] = Object.keys(claims);

/** The blocks that a claim is about. */
export function blocksFor({ page, language, having }: Claim): readonly CodeBlock[] {
  return codeBlocksOf(page).filter(
    (block) =>
      (language === undefined || block.language === language) &&
      (having === undefined || block.text.includes(having)),
  );
}

/** The blocks that a test file claims. */
export function claimedBy(file: string): readonly CodeBlock[] {
  return (claims[file] ?? []).flatMap(blocksFor);
}
