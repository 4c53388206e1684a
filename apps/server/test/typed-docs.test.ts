// Types the commands of the tutorial and the README, and compares their output with the pages.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { freePort } from '../../../packages/idempotency/test/harness/free-port.ts';
import { checkClaims, take } from '../../../packages/idempotency/test/harness/taken-blocks.ts';
import { codeBlocksOf } from '../../../tools/code-blocks.ts';
import { apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { startProcess } from './harness/process.ts';
import { rounds } from './harness/rounds.ts';
import {
  assertSaid,
  blocksOf,
  documentsIn,
  scriptWith,
  type TypedBlock,
  textIn,
  transcriptOf,
  type,
} from './harness/typed.ts';

const killedWrites = rounds({ test: 100, prove: 500 });

function blockWith(blocks: readonly TypedBlock[], text: string): TypedBlock {
  const found = blocks.find((block) => block.has(text));
  assert.ok(found, `no block has ${text}`);
  return found;
}

test('every command of the tutorial prints what the tutorial says', async (t) => {
  const { url } = await startProcess(t, { DATABASE_URL: await emptyDatabase(t) });
  const [start, ...blocks] = blocksOf('docs/tutorial/first-bill.md');
  assert.equal(start?.commands, 'DATABASE_URL=file:./data/tutorial.db npm start\n');
  let claims = 0;
  let settlementId = '';
  for (const { commands, printed, prose } of blocks) {
    const typed = await type(t, commands.replace('<the settlementId>', settlementId), url);
    assert.equal(typed.code, 0, `${commands}\n${typed.printed}`);
    settlementId = /"settlementId":"([^"]+)"/.exec(typed.printed)?.[1] ?? settlementId;
    if (printed.length > 0) assert.deepEqual(documentsIn(typed.printed), printed, commands);
    const [said = '', againSaid] = prose.split('Send the last command again');
    claims += printed.length + assertSaid(said, typed);
    if (againSaid === undefined) continue;
    const again = await type(t, commands, url);
    const bare = (text: string) =>
      text.replace(/^(date|x-request-id|server-timing|idempotency-replayed|ratelimit-[a-z]+): .*\n/gim, '');
    assert.deepEqual([again.statuses, bare(again.printed)], [typed.statuses, bare(typed.printed)]);
    claims += assertSaid(againSaid, again);
  }
  // Otherwise a page whose claims are no longer found would pass with any content.
  assert.ok(claims >= 15, `${claims} claims`);
  const covered = documentsIn(
    (await type(t, `curl http://127.0.0.1:3001/api/v1/entries?settlementId=${settlementId}`, url)).printed,
  );
  assert.equal(apiItems(covered[0]).length, 3);
});

/** Types the commands of a page, whose claims must be true. Returns their output. */
async function typePage(t: TestContext, page: string, claimsLeast: number): Promise<string> {
  const { url } = await startProcess(t, { DATABASE_URL: await emptyDatabase(t) });
  let claims = 0;
  let printed = '';
  for (const { commands, prose } of blocksOf(page)) {
    const typed = await type(t, commands, url);
    assert.equal(typed.code, 0, `${commands}\n${typed.printed}`);
    claims += assertSaid(prose, typed);
    printed += `${typed.printed}\n`;
  }
  assert.ok(claims >= claimsLeast, `${claims} claims`);
  return printed;
}

test('every command of the page on charging prints what the page says', async (t) => {
  await typePage(t, 'docs/how-to/charge-for-an-api.md', 13);
});

test('the prices in tiers and with a date that the page on charging shows are set', async (t) => {
  const page = 'docs/how-to/charge-for-an-api.md';
  const api = apiAt((await startProcess(t, { DATABASE_URL: await emptyDatabase(t) })).url);
  const [tiers, dated, ...others] = codeBlocksOf(page).filter(({ language }) => language === 'json');
  assert.ok(tiers && dated && others.length === 0);
  const inTiers = await api.post('/services', JSON.parse(take(page, tiers.text)), 'tiers');
  assert.deepEqual([inTiers.status, inTiers.json.period], [201, 'month']);
  // The date on the page will pass.
  const effectiveFrom = `${new Date().getUTCFullYear() + 1}-01-01T00:00:00Z`;
  const price = { ...JSON.parse(take(page, dated.text)), effectiveFrom };
  assert.equal((await api.post('/services', price, 'dated')).status, 200);
  const { tiers: inForce, nextPrice } = (await api.get('/services/search')).json;
  assert.deepEqual([inForce.length, nextPrice.price], [2, '0.003']);
});

test('every command of the page on free allowances prints what the page says', async (t) => {
  await typePage(t, 'docs/how-to/give-a-free-allowance.md', 8);
});

test('every command of the page on budgets prints what the page says', async (t) => {
  await typePage(t, 'docs/how-to/stop-an-agent-at-its-budget.md', 8);
});

test('every command of the page on the end of a month prints what the page says', async (t) => {
  const printed = await typePage(t, 'docs/how-to/close-a-month.md', 4);
  const shown = textIn('docs/how-to/close-a-month.md');
  assert.ok(shown.length > 4 && printed.includes(shown), printed);
  const run = 'run 2098-12: 2 bills, 0.00105 XLM';
  assert.deepEqual(printed.match(/^run .*$/gm), [run, run]);
});

test('every command of the page on disputes prints what the page says', async (t) => {
  await typePage(t, 'docs/how-to/answer-a-dispute.md', 10);
});

test('every command of the page on the terminal prints what the page says', async (t) => {
  const { url } = await startProcess(t, { DATABASE_URL: await emptyDatabase(t) });
  let claims = 0;
  for (const { commands, prose } of blocksOf('docs/how-to/run-from-a-terminal.md')) {
    // The port on the page may be in use on this machine. npm runs the same file, but takes seconds to start.
    const typed = await type(
      t,
      commands
        .replace(/(?=npm .* doctor )/, 'PORT=0 ')
        .replaceAll('npm run --silent billonce --', 'node apps/server/src/cli/main.ts'),
      url,
    );
    assert.equal(typed.code, 0, `${commands}\n${typed.printed}`);
    for (const [, said = ''] of prose.replaceAll('\n', ' ').matchAll(/prints `([^`]+)`/g)) {
      assert.ok(typed.printed.includes(said), `${said}: ${typed.printed}`);
      claims += 1;
    }
  }
  assert.ok(claims >= 10, `${claims} claims`);
});

function apiItems(page: unknown): readonly unknown[] {
  const items: unknown = typeof page === 'object' && page !== null ? Reflect.get(page, 'items') : undefined;
  return Array.isArray(items) ? items : [];
}

test("the README's request counts once when it is sent twice, and another request with its key conflicts", async (t) => {
  const { url } = await startProcess(t, { DATABASE_URL: await emptyDatabase(t) });
  const { commands, prose } = blockWith(blocksOf('README.md'), 'my-first-key');
  const [firstSaid = '', secondSaid = '', otherSaid = ''] = prose.split(/The second time|Another body/);
  assert.equal(assertSaid(firstSaid, await type(t, commands, url)), 2);
  const second = await type(t, commands, url);
  assert.equal(assertSaid(secondSaid, second), 2);
  assert.ok(assertSaid(firstSaid, second) === 2);
  const other = await type(t, commands.replace('"requests":3', '"requests":4'), url);
  const [, status, code] = /`(\d{3}) (\w+)`/.exec(otherSaid) ?? [];
  assert.deepEqual(other.statuses, [status]);
  assert.match(other.printed, new RegExp(`"error":"${code}"`));
});

test("the README's requests count once each if the server is killed during the loop and started again", async (t) => {
  // Like on a terminal, where a reader of the README finds the process id.
  const environment = {
    DATABASE_URL: await emptyDatabase(t),
    LOG_FORMAT: 'text',
    PORT: String(await freePort()),
  };
  const first = await startProcess(t, environment);
  const { commands } = blockWith(blocksOf('README.md'), 'seq 1 500');
  const typing = type(t, commands.replace('seq 1 500', `seq 1 ${killedWrites}`), first.url);
  const total = async () => (await apiAt(first.url).get('/usage/agent-9/search')).json.total;
  while ((await total()) < killedWrites / 4);
  assert.ok(first.output().includes(`process ${first.pid}`));
  const kill = blockWith(blocksOf('README.md'), 'kill -9').commands.replace('<process>', String(first.pid));
  assert.equal((await type(t, kill, first.url)).code, 0);
  await first.stop('SIGKILL');
  await startProcess(t, environment);
  const { printed } = await typing;
  assert.equal(JSON.parse(printed).total, killedWrites);
  const audit = await type(t, 'curl http://127.0.0.1:3001/api/v1/audit', first.url);
  assert.match(audit.printed, /"ok":true/);
});

test("the README's transcript shows what its commands print", async (t) => {
  const { url } = await startProcess(t, { DATABASE_URL: await emptyDatabase(t) });
  const [first, again, ...killed] = transcriptOf('README.md');
  assert.ok(first !== undefined && again !== undefined);
  for (const { printed } of [first, again]) {
    const typed = await type(t, first.command, url);
    // The id of an entry differs in each run.
    for (const line of printed.map((text) => text.replace(/[0-9a-f-]{36}$/, ''))) {
      assert.ok(typed.printed.includes(line), `${line}: ${typed.printed}`);
    }
  }
  const withoutMark = again.printed.filter((line) => line !== 'idempotency-replayed: true');
  assert.deepEqual(withoutMark, first.printed);
  // The previous test runs the loop and the kill.
  assert.deepEqual(killed.at(-1)?.printed, ['{"agent":"agent-9","serviceId":"search","total":500}']);
});

test("the README's client records its usage once, and ends", async (t) => {
  const { url } = await startProcess(t, { DATABASE_URL: await emptyDatabase(t) });
  const script = scriptWith('README.md', 'createIdempotentFetch');
  const { code } = await type(t, `node --input-type=module <<'END'\n${script}END\n`, url);
  assert.equal(code, 0);
  assert.equal((await apiAt(url).get('/usage/agent-7/search')).json.total, 3);
});

test("the README's trace is ingested once, no matter how often it is run", async (t) => {
  const { url } = await startProcess(t, { DATABASE_URL: await emptyDatabase(t) });
  const { commands, prose } = blockWith(blocksOf('README.md'), 'ingest');
  // The examples contain the same command.
  take('examples/README.md', commands);
  const said = /`(recorded [\d,]+)`/.exec(prose)?.[1];
  assert.ok(said);
  // The summary is a table.
  const summary = async () => (await type(t, commands, url)).printed.replaceAll(/ +/g, ' ');
  const first = await summary();
  assert.ok(first.includes(said), first);
  const again = await summary();
  assert.ok(again.includes('recorded 0') && again.includes(said.replace('recorded', 'duplicate')), again);
});

for (const page of ['sell-prepaid-credit', 'reserve-and-capture-an-llm-call']) {
  test(`every command of the page ${page} prints what the page says`, async (t) => {
    const { url } = await startProcess(t, { DATABASE_URL: await emptyDatabase(t) });
    let claims = 0;
    for (const { commands, printed, prose } of blocksOf(`docs/how-to/${page}.md`)) {
      const typed = await type(t, commands, url);
      assert.equal(typed.code, 0, `${commands}\n${typed.printed}`);
      for (const document of printed)
        assert.ok(typed.printed.includes(JSON.stringify(document)), typed.printed);
      claims += printed.length + assertSaid(prose, typed);
    }
    assert.ok(claims >= 8, `${claims} claims`);
  });
}

test('every command of the page on API keys is answered as the page says', async (t) => {
  const ADMIN_API_KEY = 'tests-7Hq2vXk9RmZ4pLw8TnBd';
  const { url } = await startProcess(t, { DATABASE_URL: await emptyDatabase(t), ADMIN_API_KEY });
  const [start, collector, agent, office, list, revoke, check, ...others] = blocksOf(
    'docs/how-to/limit-api-keys.md',
  );
  assert.ok(start && collector && agent && office && list && revoke && check && others.length === 0);
  assert.equal(start.commands, 'export ADMIN_API_KEY="$(openssl rand -hex 32)"\nnpm start\n');
  const run = async ({ commands }: TypedBlock, values: Readonly<Record<string, string>> = {}) => {
    const text = Object.entries(values).reduce((all, [from, to]) => all.replace(from, to), commands);
    const typed = await type(t, text, url, { environment: { ADMIN_API_KEY } });
    assert.equal(typed.code, 0, `${text}\n${typed.printed}`);
    return typed;
  };
  const made = JSON.parse((await run(collector)).printed);
  assert.match(made.key, /^apk_/);
  assert.equal(JSON.parse((await run(agent)).printed).agent, 'agent-7');
  const { prefix } = JSON.parse((await run(office)).printed);
  assert.equal(prefix.length, 12);
  assert.equal(apiItems(JSON.parse((await run(list)).printed)).length, 3);
  const refused = await apiAt(url).post('/settle', { agent: 'agent-7', serviceId: 'search' }, 'bill', {
    'x-api-key': made.key,
  });
  const shown = codeBlocksOf('docs/how-to/limit-api-keys.md').find(({ language }) => language === 'json');
  const { requestId: _, ...error } = JSON.parse(take('docs/how-to/limit-api-keys.md', shown?.text ?? ''));
  const { requestId, ...body } = refused.json;
  assert.deepEqual([refused.status, body, typeof requestId], [403, error, 'string']);
  assert.deepEqual((await run(revoke, { '<prefix>': prefix })).statuses, ['204']);
  assert.equal(assertSaid(check.prose, await run(check, { '<the key of the collector>': made.key })), 3);
});

checkClaims(import.meta.url);
