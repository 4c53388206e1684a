import type { IForbiddenRuleType } from 'dependency-cruiser';

const server = '^apps/server/src';
const storage = `${server}/storage`;
const dashboard = '^apps/dashboard/src';
/** The layers of the dashboard, each with the layers that it may import besides itself. */
const dashboardRooms: Readonly<Record<string, readonly string[]>> = {
  core: [],
  api: ['core'],
  parts: ['api', 'core'],
  pages: ['parts', 'api', 'core'],
};
/** The layers of the server, each with the layers that it may import besides itself. Tests may import anything. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  answers: ['domain'],
  ledger: ['answers', 'domain'],
  reads: ['answers', 'domain'],
  storage: ['ledger', 'reads', 'domain'],
  webhooks: [],
  metrics: ['ledger', 'reads', 'domain'],
  traces: ['ledger'],
  workers: ['answers', 'ledger', 'reads', 'domain', 'webhooks', 'metrics', 'traces'],
  http: ['answers', 'ledger', 'reads', 'domain', 'webhooks', 'metrics', 'traces'],
  threads: ['ledger', 'reads', 'metrics', 'domain'],
  cli: ['answers', 'storage', 'reads', 'domain'],
};
/** The file that `billonce serve` runs, besides main.ts. */
const serve = `${server}/serve\\.ts$`;
/** Files outside the layers that every layer may import. */
const ground = `${server}/(config|environment|secret-strength|traces-config|http-threads-config|unknown-variables|fault-facts|network-error|loopback|log|log-output|printable|launcher|version|variables/[a-z-]+)\\.ts$`;

const test = '\\.test\\.ts$';

const library = '^packages/idempotency/src';
const client = '^packages/client/src';
const mcp = '^apps/mcp/src';
const core = `${library}/core/`;
/** Files of the library that only tests import. */
const libraryTest = [test, `${library}/.*/test/`];
/** The layers of the library, each with the files that it may import, besides itself and the modules of Node. */
const libraryRooms: Readonly<Record<string, readonly string[]>> = {
  stores: [core],
  adapters: [core],
  client: [core],
  observers: [core],
  once: [core],
  cells: [
    core,
    `${library}/stores/(sqlite|postgres)/(connection|bindings)`,
    `${library}/stores/redis/(client|scripts)`,
  ],
  payments: [core, `${library}/cells/`, `${library}/adapters/(express|hono|node|fetch)`],
  // The laws of adapters run over a real store.
  testing: [core, `${library}/stores/memory`],
};
/** The packages that a part of the library extends and therefore loads; users pass in everything else. */
const extended: Readonly<Record<string, string>> = {
  [`${library}/adapters/nest[./]`]: 'node_modules/(@nestjs/(common|core)|rxjs)/',
  [`${library}/observers/opentelemetry`]: 'node_modules/@opentelemetry/api/',
  [`${library}/observers/prometheus`]: 'node_modules/prom-client/',
};
/** The code that adapters on `node:http` or on `fetch` share. */
const sharedAdapters = `${library}/adapters/(node|fetch)[./]`;

/** The forbidden dependencies. */
export const layers: IForbiddenRuleType[] = [
  { name: 'no-circles', severity: 'error', from: { pathNot: '^apps/site/dist/' }, to: { circular: true } },
  { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  {
    name: 'declared-dependencies',
    comment:
      'a package names what it uses in its own package.json; the MCP server and the site for development, so that a start leaves it out',
    severity: 'error',
    from: { path: '^(packages|apps)/', pathNot: [test, '/test/', '^apps/(mcp|site)/'] },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
  },
  {
    name: 'domain-is-pure',
    comment: 'no I/O, no clock, no randomness: the domain knows the core of the library and itself',
    severity: 'error',
    from: { path: `${server}/domain/`, pathNot: test },
    to: { pathNot: [`${server}/domain/`, '^packages/idempotency/src/core/'] },
  },
  {
    name: 'answers-take-types-of-the-contract',
    comment: 'the thread of the writer renders answers, and does not load the schemas',
    severity: 'error',
    from: { path: `${server}/(answers|domain|ledger|reads|storage)/`, pathNot: test },
    to: { path: '^packages/contract/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'answers-are-typed-by-the-contract',
    comment:
      'an answer knows the domain, the types of the contract and the core of the library, and nothing of HTTP',
    severity: 'error',
    from: { path: `${server}/answers/`, pathNot: test },
    to: {
      pathNot: [`${server}/(answers|domain)/`, '^packages/idempotency/src/core/', '^packages/contract/src/'],
    },
  },
  {
    name: 'core-knows-nothing',
    comment: 'the core of the library decides, and knows no framework, no store, no file, no socket',
    severity: 'error',
    from: { path: core, pathNot: [test, '/core/test/'] },
    to: { pathNot: [core, '^(node:)?(crypto|net)$'] },
  },
  ...Object.entries(libraryRooms).map(
    ([room, below]): IForbiddenRuleType => ({
      name: `library-${room}`,
      comment: 'rooms of the library look only at the core',
      severity: 'error',
      from: { path: `${library}/${room}/`, pathNot: libraryTest },
      to: { path: '^(packages|apps)/', pathNot: [`${library}/${room}/`, ...below] },
    }),
  ),
  {
    name: 'stores-are-strangers',
    comment: 'a store knows its own folder and no other store',
    severity: 'error',
    from: { path: `${library}/stores/([a-z]+)`, pathNot: test },
    to: { path: `${library}/stores/`, pathNot: `${library}/stores/$1[./]` },
  },
  {
    name: 'adapters-are-strangers',
    comment: 'an adapter knows its own folder, and what those for node:http and for fetch share',
    severity: 'error',
    from: { path: `${library}/adapters/([a-z]+)`, pathNot: test },
    to: { path: `${library}/adapters/`, pathNot: [`${library}/adapters/$1[./]`, sharedAdapters] },
  },
  {
    name: 'library-loads-nothing',
    comment: 'frameworks and drivers are handed in: the library names their types at most',
    severity: 'error',
    from: { path: `${library}/`, pathNot: [...libraryTest, ...Object.keys(extended)] },
    to: { path: 'node_modules', dependencyTypesNot: ['type-only'] },
  },
  ...Object.entries(extended).map(
    ([from, loaded]): IForbiddenRuleType => ({
      name: 'library-loads-what-it-extends',
      severity: 'error',
      from: { path: from, pathNot: libraryTest },
      to: { path: 'node_modules', pathNot: loaded, dependencyTypesNot: ['type-only'] },
    }),
  ),
  {
    name: 'contract-is-independent',
    severity: 'error',
    from: { path: '^packages/contract/src/', pathNot: test },
    to: { path: '^(apps|packages)/', pathNot: '^packages/contract/src/' },
  },
  {
    name: 'client-loads-the-client-of-the-library',
    comment:
      'the SDK runs in a browser, too: the types of frameworks at most, and of the contract only what is printed',
    severity: 'error',
    from: { path: `${client}/`, pathNot: test },
    to: { pathNot: [`${client}/`, `${library}/client/(?!file-journal)`], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'meters-take-the-types-of-a-recorder',
    comment:
      'a meter is given a recorder, and loads no other part of the SDK but what a quantity and an error are',
    severity: 'error',
    from: { path: `${client}/meter/`, pathNot: test },
    to: {
      path: `${client}/`,
      pathNot: [`${client}/meter/`, `${client}/(quantity|billonce-error)\\.ts$`],
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'mcp-knows-the-client',
    comment: 'the MCP server is a user of the SDK, and knows nothing of the server',
    severity: 'error',
    from: { path: `${mcp}/`, pathNot: test },
    to: { path: '^(apps|packages)/', pathNot: [`${mcp}/`, '^packages/client/src/index'] },
  },
  {
    name: 'server-knows-no-client',
    comment: 'the commands that call a server do so with the SDK, as any other program does',
    severity: 'error',
    from: { path: '^apps/server/', pathNot: [test, '^apps/server/test/', `${server}/cli/`] },
    to: { path: ['^packages/client/', '^apps/mcp/'] },
  },
  {
    name: 'commands-know-the-client',
    severity: 'error',
    from: { path: `${server}/cli/`, pathNot: test },
    to: { path: ['^packages/client/', '^apps/mcp/'], pathNot: '^packages/client/src/index' },
  },
  {
    name: 'dashboard-is-a-client',
    comment: 'a page in a browser knows the server only by the types of the contract',
    severity: 'error',
    from: { path: `${dashboard}/` },
    to: { path: '^(apps|packages)/', pathNot: `${dashboard}/`, dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'dashboard-knows-no-server',
    severity: 'error',
    from: { path: '^apps/dashboard/(src|build)/' },
    to: { path: '^(apps/server|tools|bench)/' },
  },
  ...Object.entries(dashboardRooms).map(
    ([room, below]): IForbiddenRuleType => ({
      name: `dashboard-${room}`,
      comment: 'rooms of the dashboard look only downward',
      severity: 'error',
      from: { path: `${dashboard}/${room}/` },
      to: {
        path: `${dashboard}/`,
        pathNot: [room, ...below].map((name) => `${dashboard}/${name}/`),
      },
    }),
  ),
  {
    name: 'conformance-stands-alone',
    comment: 'the command checks the APIs of others, so it has no package at run time, not even ours',
    severity: 'error',
    from: { path: '^packages/conformance/src/', pathNot: test },
    to: { pathNot: ['^packages/conformance/src/', '^(node:)?[a-z_/]+$'] },
  },
  {
    name: 'verdicts-are-pure',
    comment: 'what judges an observation neither sends nor reads anything',
    severity: 'error',
    from: { path: '^packages/conformance/src/judge/' },
    to: {
      path: '^(node:)?[a-z_]+$|^packages/conformance/src/(oracle|wire/(connection|exchange)|world|subject|run)',
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'packages-know-no-app',
    comment: 'only their tests, which say which blocks of the docs they run',
    severity: 'error',
    from: { path: '^packages/', pathNot: '^packages/[^/]+/test/' },
    to: { path: '^(apps|tools|bench)/' },
  },
  {
    name: 'tests-of-packages-know-the-docs',
    severity: 'error',
    from: { path: '^packages/[^/]+/test/' },
    to: { path: '^(apps|tools|bench)/', pathNot: '^tools/code-block' },
  },
  {
    name: 'only-main-and-cli-start-processes',
    comment: 'no file but the launcher imports a file that begins to run',
    severity: 'error',
    from: { pathNot: '^apps/server/bin/' },
    to: { path: [`${server}/(cli/)?main\\.ts$`, `${mcp}/main\\.ts$`] },
  },
  {
    name: 'engines-are-strangers',
    comment: 'an engine of storage knows its own folder and not the other one',
    severity: 'error',
    from: { path: `${storage}/(sqlite|postgres)/`, pathNot: test },
    to: { path: `${storage}/(sqlite|postgres)/`, pathNot: `${storage}/$1/` },
  },
  {
    name: 'tables-know-no-engine',
    comment: 'what describes the tables is the same for both engines',
    severity: 'error',
    from: { path: `${storage}/(tables/|table\\.ts|generated\\.ts)`, pathNot: test },
    to: { path: `${storage}/(sqlite|postgres)/` },
  },
  {
    name: 'reads-do-not-write',
    comment: 'in an engine, read/ knows neither write/ nor upkeep/',
    severity: 'error',
    from: { path: `${storage}/(sqlite|postgres)/read/`, pathNot: test },
    to: { path: `${storage}/$1/(write|upkeep)/` },
  },
  {
    name: 'upkeep-knows-no-batch',
    comment: 'in an engine, upkeep/ does not know write/',
    severity: 'error',
    from: { path: `${storage}/(sqlite|postgres)/upkeep/`, pathNot: test },
    to: { path: `${storage}/$1/write/` },
  },
  ...Object.entries(rooms).map(
    ([room, below]): IForbiddenRuleType => ({
      name: `room-${room}`,
      comment: 'rooms look only downward',
      severity: 'error',
      from: { path: `${server}/${room}/`, pathNot: test },
      to: {
        path: `${server}/`,
        pathNot: [
          ground,
          ...(room === 'cli' ? [serve] : []),
          ...[room, ...below].map((name) => `${server}/${name}/`),
        ],
      },
    }),
  ),
];
