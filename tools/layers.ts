import type { IForbiddenRuleType } from 'dependency-cruiser';

const server = '^apps/server/src';
/** Rooms of the server, each with the rooms that it may look into, besides itself. Tests may look anywhere. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  ledger: ['domain'],
  reads: ['domain'],
  storage: ['ledger', 'reads', 'domain'],
  workers: [],
  http: ['ledger', 'reads', 'domain'],
  cli: [],
};
/** Files beside the rooms that every room may use. */
const ground = `${server}/(config|loopback)\\.ts$`;

const test = '\\.test\\.ts$';

/** What may not depend on what. */
export const layers: IForbiddenRuleType[] = [
  { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
  { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  {
    name: 'declared-dependencies',
    comment: 'a package names what it uses in its own package.json',
    severity: 'error',
    from: { path: '^(packages|apps)/', pathNot: [test, '/test/'] },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'domain-is-pure',
    comment: 'no I/O, no clock, no randomness: the domain knows the core of the library and itself',
    severity: 'error',
    from: { path: `${server}/domain/`, pathNot: test },
    to: { pathNot: [`${server}/domain/`, '^packages/idempotency/src/core/'] },
  },
  {
    name: 'core-knows-nothing',
    comment: 'the core of the library decides, and knows no framework, no store, no file, no socket',
    severity: 'error',
    from: { path: '^packages/idempotency/src/core/', pathNot: test },
    to: { pathNot: ['^packages/idempotency/src/core/', '^(node:)?(crypto|net)$'] },
  },
  {
    name: 'contract-stands-alone',
    severity: 'error',
    from: { path: '^packages/contract/src/', pathNot: test },
    to: { path: '^(apps|packages)/', pathNot: '^packages/contract/src/' },
  },
  {
    name: 'packages-know-no-app',
    severity: 'error',
    from: { path: '^packages/' },
    to: { path: '^(apps|tools|bench)/' },
  },
  {
    name: 'only-main-and-cli-start-processes',
    comment: 'nobody imports a file that begins to run',
    severity: 'error',
    from: {},
    to: { path: `${server}/(cli/)?main\\.ts$` },
  },
  ...Object.entries(rooms).map(([room, below]) => ({
    name: `room-${room}`,
    comment: 'rooms look only downward',
    severity: 'error' as const,
    from: { path: `${server}/${room}/`, pathNot: test },
    to: { path: `${server}/`, pathNot: [ground, ...[room, ...below].map((name) => `${server}/${name}/`)] },
  })),
];
