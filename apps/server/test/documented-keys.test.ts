// The keys that a page names are enough for its commands, and no key may do more than its job.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Scope, scopes } from '@billonce/contract';
import { checkTried, tried } from '../../../packages/idempotency/test/harness/tried-scopes.ts';
import { documentedScopes } from '../../../tools/documented-scopes.ts';
import { type Api, apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { repository } from './harness/npm-start.ts';
import { startProcess } from './harness/process.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';
import { blocksOf, type } from './harness/typed.ts';

const ADMIN_API_KEY = 'tests-7Hq2vXk9RmZ4pLw8TnBd';

const pages = [
  'charge-for-an-api',
  'give-a-free-allowance',
  'stop-an-agent-at-its-budget',
  'close-a-month',
  'answer-a-dispute',
  'sell-prepaid-credit',
  'reserve-and-capture-an-llm-call',
  'receive-events',
];

/** A `curl` that uses the key for each job: set-up, recording usage of an agent, and everything else. */
const curlWithKeys = `curl() {
  local key="$REST_KEY" sent="$*" name
  case "$sent" in
    *' -d '*|*'-X PUT'*|*'-X POST'*)
      case "$sent" in
        */usage\\ *|*/usage/bulk\\ *|*/holds\\ *|*/holds/*)
          key="$RECORD_KEY"
          for name in $AGENTS; do
            [[ "$sent" == *"\\"agent\\":\\"$name\\""* ]] && key="$(printenv "RECORD_KEY_\${name//-/_}")"
          done ;;
        */services\\ *|*/assets/*|*/limits/*|*/billing\\ *|*/grants\\ *|*/refunds\\ *|*/webhooks\\ *|*/webhooks/*) key="$MANAGE_KEY" ;;
      esac ;;
  esac
  command curl -H "X-API-Key: $key" "$@"
}
`;

/** Statuses that are neither a success nor a refusal that the pages show. */
const isWrong = (status: string) => !/^(?:2\d\d|402|409|429)$/.test(status);

interface PageKeys {
  /** scopes of the key for everything except set-up and usage */
  readonly rest: readonly Scope[];
  /** the agents that each have a recording key bound to them; empty if that key is bound to no agent */
  readonly agents: readonly string[];
}

/** The keys that a page names for its commands. */
function keysOf(page: string): PageKeys {
  const text = readFileSync(join(repository, page), 'utf8');
  const intro = text.split('```sh')[0]?.replaceAll('\n', ' ') ?? '';
  const said = intro.slice(intro.search(/[Ii]n protected mode/));
  const named = scopes.filter((scope) => said.includes(`\`${scope}\``));
  assert.ok(named.includes('manage') && named.includes('record'), `${page}: ${said}`);
  const used = [...text.matchAll(/"agent":"([\w-]+)"/g)].map(([, agent = '']) => agent);
  return {
    rest: named.filter((scope) => scope !== 'manage' && scope !== 'record'),
    agents: said.includes('bound to its agent') ? [...new Set(used)] : [],
  };
}

/** Whether a set of scopes is that of one of the keys with which a page is typed, or names several of these keys. */
function isOfJobs(set: string, rest: readonly Scope[]): boolean {
  const jobs: readonly (readonly Scope[])[] = [['manage'], ['record'], rest];
  const named = set.split(' ');
  const used = jobs.filter((job) => job.length > 0 && job.every((scope) => named.includes(scope))).flat();
  return named.every((scope) => used.some((one) => one === scope));
}

/** Types the commands of a page, in a new tenant with keys of these scopes; returns the statuses of all answers. */
async function typePage(
  t: TestContext,
  { api, url }: { readonly api: Api; readonly url: string },
  page: string,
  { rest, agents }: PageKeys,
): Promise<readonly string[]> {
  const tenant = `with-${rest.join('-') || 'none'}`;
  const keyWith = async (allowed: readonly Scope[], agent?: string) => {
    const body = { label: 'job', tenant, scopes: allowed, ...(agent === undefined ? {} : { agent }) };
    const headers = { 'x-api-key': ADMIN_API_KEY };
    const { json, text } = await api.call('/api-keys', { method: 'POST', body, headers });
    assert.match(String(json.key), /^apk_/, text);
    return String(json.key);
  };
  const restKey = await keyWith(rest);
  const bound = await Promise.all(
    agents.map(async (agent) => [
      `RECORD_KEY_${agent.replaceAll('-', '_')}`,
      await keyWith(['record'], agent),
    ]),
  );
  const [[, first = ''] = []] = bound;
  const profile = join(temporaryFolder(t), 'curl.sh');
  writeFileSync(profile, curlWithKeys);
  const environment = {
    ...Object.fromEntries(bound),
    BASH_ENV: profile,
    AGENTS: agents.join(' '),
    REST_KEY: restKey,
    MANAGE_KEY: await keyWith(['manage']),
    RECORD_KEY: first || (await keyWith(['record'])),
    BILLONCE_API_KEY: restKey,
  };
  const statuses: string[] = [];
  let made = '';
  for (const { commands } of blocksOf(page)) {
    // The server runs.
    if (commands.includes('npm start')) continue;
    // npm runs the same file, but takes seconds to start.
    const typedCommands = commands
      .replaceAll('npm run --silent billonce --', 'node apps/server/src/cli/main.ts')
      .replaceAll(/<the id of the \w+>/g, made);
    const typed = await type(t, typedCommands, url, { environment });
    if (typed.code !== 0) statuses.push(`${typed.code} ${commands}${typed.printed}`);
    statuses.push(...typed.statuses);
    made = /"id":"([^"]+)"/.exec(typed.printed)?.[1] ?? made;
    if (typed.statuses.includes('403')) break;
  }
  return statuses;
}

for (const page of pages) {
  test(`the keys that the page ${page} names are enough for its commands, and each scope is needed`, async (t) => {
    const { url } = await startProcess(t, {
      DATABASE_URL: await emptyDatabase(t),
      ADMIN_API_KEY,
      WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
    });
    const server = { url, api: apiAt(url) };
    const file = `docs/how-to/${page}.md`;
    const keys = keysOf(file);
    const statuses = await typePage(t, server, file, keys);
    assert.ok(statuses.length >= 5, statuses.join());
    assert.deepEqual(statuses.filter(isWrong), []);
    for (const set of documentedScopes().get(file) ?? []) {
      if (isOfJobs(set, keys.rest)) tried(file, set.split(' '));
    }
    for (const left of keys.rest) {
      const others = keys.rest.filter((scope) => scope !== left);
      // A key without scopes would have all rights.
      const fewer = await typePage(t, server, file, {
        ...keys,
        rest: others.length > 0 ? others : ['record'],
      });
      assert.ok(fewer.some(isWrong), `${left} is not needed: ${fewer.join()}`);
    }
  });
}

checkTried(import.meta.url);
