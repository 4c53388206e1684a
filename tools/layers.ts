import type { IForbiddenRuleType } from 'dependency-cruiser';

const server = '^apps/server/src';
const storage = `${server}/storage`;
const dashboard = '^apps/dashboard/src';
/** The layers of the dashboard, each with the layers that it may import besides itself. */
const dashboardLayers: Readonly<Record<string, readonly string[]>> = {
  core: [],
  api: ['core'],
  parts: ['api', 'core'],
  pages: ['parts', 'api', 'core'],
};
/** The layers of the server, each with the layers that it may import besides itself. Tests may import anything. */
const serverLayers: Readonly<Record<string, readonly string[]>> = {
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
const ground = `${server}/(config|environment|secret-strength|traces-config|http-threads-config|unknown-variables|fault-facts|network-error|loopback|log|log-output|printable|launcher|version|node-http|variables/[a-z-]+)\\.ts$`;

const test = '\\.test\\.ts$';

const library = '^packages/idempotency/src';
const client = '^packages/client/src';
const mcp = '^apps/mcp/src';
const core = `${library}/core/`;
/** Files of the library that only tests import. */
const libraryTest = [test, `${library}/.*/test/`];
/** The layers of the library, each with the files that it may import, besides itself and the modules of Node. */
const libraryLayers: Readonly<Record<string, readonly string[]>> = {
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
      'a package lists its dependencies in its package.json; the MCP server and the site list them as development dependencies, so that `npm start` does not install them',
    severity: 'error',
    from: { path: '^(packages|apps)/', pathNot: [test, '/test/', '^apps/(mcp|site)/'] },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
  },
  {
    name: 'domain-is-pure',
    comment: 'no I/O, no clock, no randomness: the domain imports only itself and the core of the library',
    severity: 'error',
    from: { path: `${server}/domain/`, pathNot: test },
    to: { pathNot: [`${server}/domain/`, '^packages/idempotency/src/core/'] },
  },
  {
    name: 'answers-take-types-of-the-contract',
    comment:
      'the writer thread renders answers without loading the schemas, so only types of the contract may be imported',
    severity: 'error',
    from: { path: `${server}/(answers|domain|ledger|reads|storage)/`, pathNot: test },
    to: { path: '^packages/contract/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'answers-are-typed-by-the-contract',
    comment:
      'answers/ imports only the domain, the types of the contract and the core of the library, and no HTTP code',
    severity: 'error',
    from: { path: `${server}/answers/`, pathNot: test },
    to: {
      pathNot: [`${server}/(answers|domain)/`, '^packages/idempotency/src/core/', '^packages/contract/src/'],
    },
  },
  {
    name: 'core-knows-nothing',
    comment: 'the core of the library decides, and imports no framework, store, file system or socket',
    severity: 'error',
    from: { path: core, pathNot: [test, '/core/test/'] },
    to: { pathNot: [core, '^(node:)?(crypto|net)$'] },
  },
  ...Object.entries(libraryLayers).map(
    ([layer, below]): IForbiddenRuleType => ({
      name: `library-${layer}`,
      comment:
        'a layer of the library imports only itself, the core, and the files listed for it in `libraryLayers`',
      severity: 'error',
      from: { path: `${library}/${layer}/`, pathNot: libraryTest },
      to: { path: '^(packages|apps)/', pathNot: [`${library}/${layer}/`, ...below] },
    }),
  ),
  {
    name: 'stores-are-strangers',
    comment: 'a store imports files of its own folder, and of no other store',
    severity: 'error',
    from: { path: `${library}/stores/([a-z]+)`, pathNot: test },
    to: { path: `${library}/stores/`, pathNot: `${library}/stores/$1[./]` },
  },
  {
    name: 'adapters-are-strangers',
    comment:
      'an adapter imports files of its own folder, and the shared code of the adapters for node:http and fetch',
    severity: 'error',
    from: { path: `${library}/adapters/([a-z]+)`, pathNot: test },
    to: { path: `${library}/adapters/`, pathNot: [`${library}/adapters/$1[./]`, sharedAdapters] },
  },
  {
    name: 'library-loads-nothing',
    comment: 'users pass frameworks and drivers in: the library imports at most their types',
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
      'the SDK also runs in a browser: it imports at most the types of frameworks, and only the printed part of the contract',
    severity: 'error',
    from: { path: `${client}/`, pathNot: test },
    to: { pathNot: [`${client}/`, `${library}/client/(?!file-journal)`], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'meters-take-the-types-of-a-recorder',
    comment: 'a meter receives a recorder, and loads only the quantities and the error class of the SDK',
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
    comment: 'the MCP server uses the SDK, and imports nothing of the server',
    severity: 'error',
    from: { path: `${mcp}/`, pathNot: test },
    to: { path: '^(apps|packages)/', pathNot: [`${mcp}/`, '^packages/client/src/index'] },
  },
  {
    name: 'server-knows-no-client',
    comment: 'only the commands call a server, and they use the SDK like any other program',
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
    comment: 'a page in a browser imports only the types of the contract',
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
  ...Object.entries(dashboardLayers).map(
    ([layer, below]): IForbiddenRuleType => ({
      name: `dashboard-${layer}`,
      comment: 'a layer of the dashboard imports only itself and the layers below it',
      severity: 'error',
      from: { path: `${dashboard}/${layer}/` },
      to: {
        path: `${dashboard}/`,
        pathNot: [layer, ...below].map((name) => `${dashboard}/${name}/`),
      },
    }),
  ),
  {
    name: 'conformance-stands-alone',
    comment: 'the command checks any API, so it loads no package at run time, not even ours',
    severity: 'error',
    from: { path: '^packages/conformance/src/', pathNot: test },
    to: { pathNot: ['^packages/conformance/src/', '^(node:)?[a-z_/]+$'] },
  },
  {
    name: 'verdicts-are-pure',
    comment: 'code that judges an observation neither sends nor reads anything',
    severity: 'error',
    from: { path: '^packages/conformance/src/judge/' },
    to: {
      path: '^(node:)?[a-z_]+$|^packages/conformance/src/(oracle|wire/(connection|exchange)|world|subject|run)',
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'packages-know-no-app',
    comment:
      'only the tests of packages may import tools: those that list which blocks of the docs a test runs',
    severity: 'error',
    from: { path: '^packages/', pathNot: '^packages/[^/]+/test/' },
    to: { path: '^(apps|tools|bench)/' },
  },
  {
    name: 'tests-of-packages-know-the-docs',
    severity: 'error',
    from: { path: '^packages/[^/]+/test/' },
    to: { path: '^(apps|tools|bench)/', pathNot: '^tools/(code-block|documented-scopes)' },
  },
  {
    name: 'only-main-and-cli-start-processes',
    comment: 'only the launcher imports a file that runs when it is loaded',
    severity: 'error',
    from: { pathNot: '^apps/server/bin/' },
    to: { path: [`${server}/(cli/)?main\\.ts$`, `${mcp}/main\\.ts$`] },
  },
  {
    name: 'engines-are-strangers',
    comment: 'a storage engine imports nothing of the other engine',
    severity: 'error',
    from: { path: `${storage}/(sqlite|postgres)/`, pathNot: test },
    to: { path: `${storage}/(sqlite|postgres)/`, pathNot: `${storage}/$1/` },
  },
  {
    name: 'tables-know-no-engine',
    comment: 'the table descriptions are the same for both engines',
    severity: 'error',
    from: { path: `${storage}/(tables/|table\\.ts|generated\\.ts)`, pathNot: test },
    to: { path: `${storage}/(sqlite|postgres)/` },
  },
  {
    name: 'reads-do-not-write',
    comment: 'in an engine, read/ imports neither write/ nor upkeep/',
    severity: 'error',
    from: { path: `${storage}/(sqlite|postgres)/read/`, pathNot: test },
    to: { path: `${storage}/$1/(write|upkeep)/` },
  },
  {
    name: 'upkeep-knows-no-batch',
    comment: 'in an engine, upkeep/ does not import write/',
    severity: 'error',
    from: { path: `${storage}/(sqlite|postgres)/upkeep/`, pathNot: test },
    to: { path: `${storage}/$1/write/` },
  },
  ...Object.entries(serverLayers).map(
    ([layer, below]): IForbiddenRuleType => ({
      name: `server-${layer}`,
      comment: 'a layer imports only itself and the layers below it',
      severity: 'error',
      from: { path: `${server}/${layer}/`, pathNot: test },
      to: {
        path: `${server}/`,
        pathNot: [
          ground,
          ...(layer === 'cli' ? [serve] : []),
          ...[layer, ...below].map((name) => `${server}/${name}/`),
        ],
      },
    }),
  ),
];
