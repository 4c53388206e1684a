// Tests commands that call a server, with real servers and lost answers.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { remoteCommands } from '../src/cli/remote/commands.ts';
import { runHere } from './harness/command.ts';
import { startInProcess } from './harness/in-process.ts';
import { listen } from './harness/listen.ts';

const adminKey = 'correct-horse-battery-staple-7f3a9b';

/** Types a line in which `~` stands for a space within a word. */
async function type(line: string, url: string, environment: Readonly<Record<string, string>> = {}) {
  const words = line.split(' ').map((word) => word.replaceAll('~', ' '));
  return await runHere(words, { BILLONCE_URL: url, ...environment });
}

async function started(t: TestContext) {
  const server = await startInProcess(t);
  const run = async (line: string) => {
    const { code, printed, result } = await type(line, server.api.url);
    assert.equal(code, 0, `${line}\n${printed}`);
    return { printed, result };
  };
  /** Returns the documents that a line prints with --json. */
  const documents = async (line: string) => {
    const { result } = await run(`${line} --json`);
    return result
      .trim()
      .split('\n')
      .map((document) => JSON.parse(document));
  };
  return { ...server, run, documents };
}

test('services are registered, priced, listed, disabled and enabled', async (t) => {
  const { api, run, documents } = await started(t);
  assert.equal((await run('services list')).printed, 'there are no services\n');
  await run('services put search 10 --unit page --description web~search --owner search~team');
  await run('services put images 250');
  const put = await run('services put search 12');
  assert.equal(put.printed, 'service search costs 0.0000012 XLM each\n');
  assert.equal((await run('services disable images')).printed, 'service images is disabled\n');
  assert.equal(
    (await run('services list')).printed,
    'SERVICE  PRICE          PER  UNIT  NEXT PRICE  STATE     DESCRIPTION\n' +
      'images   0.000025 XLM   1                      disabled\n' +
      'search   0.0000012 XLM  1    page                        web search\n',
  );
  assert.deepEqual(await documents('services list --prefix sea'), [
    {
      serviceId: 'search',
      priceStroops: 12,
      price: '0.0000012',
      per: 1,
      asset: 'XLM',
      disabled: false,
      unit: 'page',
      description: 'web search',
      owner: 'search team',
    },
  ]);
  const tokens = await run('services put tokens --price 0.15 --per 1000000 --unit second --unit-scale 3');
  assert.equal(tokens.printed, 'service tokens costs 0.15 XLM for 1000000\n');
  await api.post('/usage', { agent: 'a', serviceId: 'tokens', quantity: '2.5' });
  assert.match((await run('quote a tokens')).printed, /\n2\.500 +0\.00000015 +0\.000000375 +1\n/);
  assert.match((await run('services list --limit 1')).printed, /there are more than 1: raise --limit/);
  assert.equal((await documents('services list --disabled')).length, 1);
  await run('services enable images');
  assert.equal((await api.get('/services/images')).json.disabled, false);
});

test('a statement adds up, as text, as JSON and as CSV', async (t) => {
  const { api, run, documents } = await started(t);
  await api.post('/services', { serviceId: 'search', priceStroops: 20 });
  const usage = { agent: 'a', serviceId: 'search', requests: 5 };
  const { headers } = await api.post('/usage', usage);
  await api.post(`/entries/${headers.get('location')?.split('/').at(-1)}/reverse`, {
    reason: 'r',
    requests: 2,
  });
  await api.post('/agents/a/grants', { amount: '7.5', id: 'g' });
  const bill = await api.post('/settle', { agent: 'a', serviceId: 'search' });
  await api.post('/usage', usage);
  const time = '--from 2020-01-01T00:00:00Z --to 2099-01-01T00:00:00Z';
  const [document] = await documents(`statement a ${time}`);
  const query = 'from=2020-01-01T00:00:00Z&to=2099-01-01T00:00:00Z';
  assert.deepEqual(document, (await api.get(`/agents/a/statement?${query}`)).json);
  assert.equal(
    (await run(`statement a ${time}`)).printed,
    'a in XLM, from 2020-01-01T00:00:00.000Z to 2099-01-01T00:00:00.000Z\n\n' +
      'SUM       BALANCE  ON NO BILL\n' +
      'opening   0        0\n' +
      'granted   7.5\n' +
      'used               0.00002\n' +
      'reversed           -0.000004\n' +
      'billed             -0.000006\n' +
      'closing   7.5      0.00001\n\n' +
      'SERVICE  PRICE     USED  AMOUNT   REVERSED\n' +
      'search   0.000002  10    0.00002  0.000004\n\n' +
      'BILLED AT                 SERVICE  AMOUNT    BILL\n' +
      `${document.bills[0].at}  search   0.000006  ${bill.json.settlementId}\n`,
  );
  const csv = (await run(`statement a ${time} --csv`)).printed;
  assert.equal(csv, (await api.get(`/agents/a/statement.csv?${query}`)).text);
  assert.deepEqual(await documents(`statement a ${time} --csv`), [{ csv }]);
  const wrong = await type('statement a --from yesterday', api.url);
  assert.equal(wrong.code, 2);
  assert.match(wrong.printed, /--from is yesterday: it must be/);
});

test('a key is looked up, with its retries', async (t) => {
  const { api, clock, run, documents } = await started(t);
  const usage = { agent: 'a', serviceId: 'search', requests: 1 };
  const at = new Date(clock.nowMs).toISOString();
  const recorded = await api.post('/usage', usage, 'k');
  await api.post('/usage', usage, 'k');
  await api.post('/usage', { ...usage, requests: 2 }, 'k');
  const end = new Date(clock.nowMs + 86_400_000).toISOString();
  assert.equal(
    (await run('lookup k')).printed,
    'state              carried out once; a retry gets the same answer\n' +
      'request            POST /api/v1/usage\n' +
      `answer             201, ${recorded.headers.get('location')}\n` +
      `first seen         ${at}\n` +
      `answer kept until  ${end}\n` +
      'came again         1 replayed, 1 in conflict, 0 without an answer\n' +
      `counted since      ${at}, by the instance that answers\n` +
      `last               ${at} conflict\n` +
      `                   ${at} replayed\n`,
  );
  const [document] = await documents('lookup k');
  assert.deepEqual(document, (await api.get('/idempotency', { 'idempotency-key': 'k' })).json);
  const unknown = await type('lookup unknown', api.url);
  assert.equal(unknown.code, 1);
  assert.match(unknown.printed, /^billonce lookup: no completed request has this key/);
  assert.equal((await type('lookup a~b', api.url)).code, 2);
});

test('a price is set from a date on, listed, and cancelled', async (t) => {
  const { api, run, documents } = await started(t);
  await run('services put search --price 2');
  const effectiveFrom = new Date(Math.ceil(Date.now() / 86_400_000 + 1) * 86_400_000).toISOString();
  const put = await run(`services put search --price 3 --per 1000 --effective-from ${effectiveFrom}`);
  assert.equal(put.printed, `service search costs 2 XLM each, and 3 XLM for 1000 from ${effectiveFrom} on\n`);
  assert.match((await run('services list')).printed, new RegExp(`3 XLM for 1000 from ${effectiveFrom}`));
  const [listed] = await documents('services list');
  assert.deepEqual(listed, (await api.get('/services/search')).json);
  const cancelled = await run('services cancel-price search');
  assert.equal(cancelled.printed, 'the next price of service search is cancelled\n');
  assert.equal('nextPrice' in (await api.get('/services/search')).json, false);
  const again = await type('services cancel-price search', api.url);
  assert.equal(again.code, 1);
  const misdated = await type('services put search 3 --effective-from 2020-01-01T00:00:00Z', api.url);
  assert.equal(misdated.code, 1);
  assert.match(misdated.printed, /effectiveFrom must be in the future/);
});

test('a quote shows the lines of an account, and the accounts of an agent', async (t) => {
  const { api, clock, run, documents } = await started(t);
  for (const name of ['images', 'search', 'text']) await run(`services put ${name} 10`);
  for (const serviceId of ['images', 'search', 'text'])
    await api.post('/usage', { agent: 'agent-7', serviceId, requests: 3 });
  await run('services put search 12');
  const end = new Date(clock.nowMs + 1_000).toISOString();
  clock.nowMs += 2_000;
  await api.post('/usage', { agent: 'agent-7', serviceId: 'search', requests: 2 });
  assert.equal(
    (await run('quote agent-7 search')).printed,
    'agent-7 search: 5 requests, 0.0000054 XLM to bill, through entry 2\n' +
      'REQUESTS  PRICE (XLM)  AMOUNT (XLM)  PRICE VERSION\n' +
      '3         0.000001     0.000003      1\n' +
      '2         0.0000012    0.0000024     2\n',
  );
  const [before] = await documents(`quote agent-7 search --before ${end}`);
  assert.deepEqual([before.requests, before.billedStroops], [3, '30']);
  const all = await run('quote agent-7');
  assert.match(all.printed, /^search +5 +0\.0000054 XLM +0 XLM +2$/m);
  assert.match(all.printed, /^agent-7: 0\.0000114 XLM to bill, 0 XLM of credit$/m);
  const [some] = await documents('quote agent-7 --limit 2');
  const names = some.items.map(({ serviceId }: { readonly serviceId: string }) => serviceId);
  assert.deepEqual([names, some.hasMore, some.totalBilledStroops], [['images', 'search'], true, '114']);
  const [whole] = await documents('quote agent-7 --limit 3');
  assert.deepEqual([whole.items.length, whole.hasMore], [3, false]);
  assert.match((await run('quote agent-8')).printed, /^nothing is outstanding\n/);
  await api.post('/usage', { agent: 'agent-9', serviceId: 'unpriced', requests: 4 });
  const unpriced = (await run('quote agent-9')).printed;
  assert.match(
    unpriced,
    /^nothing that has a price is outstanding\nagent-9: .*, 4 requests of services without a price \(billonce services put sets one\)\n$/,
  );
});

test('a credit is granted once for each name, and a derived name depends on every field of the grant', async (t) => {
  const { run, documents } = await started(t);
  const [first] = await documents('credit agent-7 12.5 --note june');
  assert.equal(first.isNew, true);
  const again = await run('credit agent-7 12.50 --priority 100 --asset XLM --note june');
  assert.match(again.result, /^already granted, not granted again: 12\.5 XLM to agent-7/);
  assert.match(
    again.printed,
    /nothing was granted now: to make an equal grant, give it another id with --id/,
  );
  assert.equal((await documents('credit agent-7 12.5 --note july'))[0].isNew, true);
  assert.equal((await documents('credit agent-7 1 --id invoice-1'))[0].isNew, true);
  const named = await run('credit agent-7 1 --id invoice-1');
  assert.match(named.printed, /^already granted, not granted again: [^\n]*\n$/);
  assert.equal((await documents('balance agent-7'))[0].available, '26');
  assert.match(
    (await run('balance agent-7')).printed,
    /^agent-7: 26 XLM available, postpaid\n {2}held +0 XLM\n {2}granted +26 XLM$/m,
  );
});

test('a different grant with the same name is refused', async (t) => {
  const { api, run } = await started(t);
  await run('credit agent-7 1 --id invoice-1');
  const { code, printed } = await type('credit agent-7 2 --id invoice-1', api.url);
  assert.equal(code, 1);
  assert.match(printed, /^billonce credit: 409 grant_id_conflict: .*\n {2}the id of the request is \S+\n$/);
});

test('limits are set, shown with their usage, listed and deleted', async (t) => {
  const { api, run, documents } = await started(t);
  await run('services put search 10');
  const put = 'limit put daily --max 100 --window day --agent * --notify-at 0.8 --notify-at 1';
  assert.equal((await run(put)).printed, 'limit daily: 100 in each day (each agent), refuse\n');
  await api.post('/usage', { agent: 'agent-7', serviceId: 'search', requests: 30 });
  const [again] = await documents(put);
  assert.deepEqual(again.notifyAt, [0.8, 1]);
  const [shown] = await documents('limit show daily');
  assert.deepEqual([shown.counters.length, shown.counters[0].used, shown.counters[0].left], [1, '30', '70']);
  assert.match((await run('limit show daily')).printed, /^agent-7 +30 +70 +\S+$/m);
  await run('limit put ever --max 5 --window lifetime --service search --action notify');
  assert.match((await run('limit list')).printed, /^ever +5 +lifetime +notify +search$/m);
  assert.equal((await documents('limit list')).length, 2);
  assert.equal((await run('limit delete daily')).printed, 'limit daily is deleted\n');
  assert.equal((await api.get('/limits/daily')).status, 404);
});

test('API keys are created, listed, rotated and revoked', async (t) => {
  const server = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const environment = { BILLONCE_API_KEY: adminKey };
  const run = async (line: string) => {
    const { code, printed, result } = await type(line, server.api.url, environment);
    assert.equal(code, 0, `${line}\n${printed}`);
    return result;
  };
  const statusWith = async (key: string, path = '/services') =>
    (await server.api.get(path, { 'x-api-key': key })).status;
  const make =
    'keys create collector --scope read --scope record --tenant acme --idempotency-key once-1 --json';
  const made = JSON.parse(await run(make));
  assert.deepEqual([made.tenant, made.scopes], ['acme', ['read', 'record']]);
  // The answer was lost: the same command gets it from a replay.
  assert.deepEqual(JSON.parse(await run(make)), made);
  assert.equal(await statusWith(made.key), 200);
  await run('keys create other --tenant umbrella');
  assert.match(await run('keys list'), new RegExp(`^${made.prefix} +collector +acme +read record `, 'm'));
  assert.equal((await run('keys list --tenant acme --json')).trim().split('\n').length, 1);
  const rotated = JSON.parse(await run(`keys rotate ${made.prefix} --grace 0 --json`));
  assert.equal(rotated.oldPrefix, made.prefix);
  assert.equal(await statusWith(rotated.key), 200);
  assert.equal(await run(`keys revoke ${rotated.prefix}`), `API key ${rotated.prefix} is revoked\n`);
  assert.equal(await statusWith(rotated.key), 401);
  assert.match(await run('keys list --revoked'), new RegExp(`^${rotated.prefix} .*Z$`, 'm'));
  const without = await type('keys list', server.api.url);
  assert.equal(without.code, 1);
  assert.match(without.printed, /^billonce keys list: 401 unauthorized: an API key is required$/m);
});

test('holds are listed and released', async (t) => {
  const { api, run, documents } = await started(t);
  await run('services put search 10');
  await run('credit agent-7 1');
  await api.post('/holds', { agent: 'agent-7', serviceId: 'search', requests: 5, id: 'call-1' });
  await api.post('/holds', { agent: 'agent-7', serviceId: 'search', requests: 5, id: 'call-2' });
  assert.equal((await documents('holds list --state open --agent agent-7')).length, 2);
  assert.match((await run('holds release call-1')).printed, /^hold call-1 is released: \S+ XLM of agent-7, /);
  const open = await documents('holds list --state open');
  assert.deepEqual(
    open.map(({ id }) => id),
    ['call-2'],
  );
  assert.match((await run('holds list')).printed, /^call-1 .* released /m);
  assert.match((await type('holds release call-1', api.url)).printed, /409 hold_ended: /);
});

test('an error is printed with its code, the id of its request and, with --json, as JSON', async (t) => {
  const { api } = await started(t);
  const { code, printed, result } = await type('quote agent-7 nothing --json', api.url);
  assert.deepEqual([code, result], [1, '']);
  const { requestId, ...fault } = JSON.parse(printed);
  assert.match(requestId, /^[0-9a-f-]{36}$/);
  const message = 'service nothing is not registered: give it a price first';
  assert.deepEqual(fault, { error: 'not_found', message, status: 404 });
});

test('a command exits with 5 if no server answers, and with 1 if the server is not a Billonce server', async (t) => {
  const gone = createServer();
  const url = await listen(t, gone);
  await new Promise((resolve) => gone.close(resolve));
  const unreached = await type('credit agent-7 1', url);
  assert.equal(unreached.code, 5, unreached.printed);
  assert.match(
    unreached.printed,
    /no server listens at .*\n {2}no server ever answered, so nothing was sent\n$/,
  );
  const other = await listen(
    t,
    createServer((_request, response) => response.end('<h1>hello</h1>')),
  );
  const { code, printed } = await type('balance agent-7', other);
  assert.equal(code, 1);
  assert.match(
    printed,
    /^billonce balance: 200 unexpected_answer: the answer with status 200 is not that of a Billonce server/,
  );
});

test('a write whose answers are lost prints its key, and repeated with that key it has one effect', async (t) => {
  const { api } = await started(t);
  let isAnswering = false;
  const losing = createServer((request, response) => {
    const pass = async () => {
      const headers = {
        'content-type': 'application/json',
        'idempotency-key': String(request.headers['idempotency-key']),
      };
      const body = await text(request);
      const answer = await fetch(api.url + request.url, { method: 'POST', headers, body });
      const answered = await answer.text();
      if (isAnswering)
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answered);
      else response.destroy();
    };
    pass().catch(() => response.destroy());
  });
  const url = await listen(t, losing);
  const lost = await type('keys create collector', url);
  assert.equal(lost.code, 1);
  const key = /run the same command with --idempotency-key (\S+)$/m.exec(lost.printed)?.[1];
  assert.ok(key !== undefined, lost.printed);
  isAnswering = true;
  const found = await type(`keys create collector --json --idempotency-key ${key}`, url);
  assert.equal(found.code, 0, found.printed);
  const { items } = (await api.get('/api-keys')).json;
  assert.deepEqual(
    items.map(({ prefix }: { readonly prefix: string }) => prefix),
    [JSON.parse(found.result).prefix],
  );
});

test('invalid arguments are refused before anything is sent', async () => {
  const nowhere = 'http://127.0.0.1:9';
  const wrong: readonly (readonly [line: string, said: string])[] = [
    ['quote', 'billonce quote: name the agent (AGENT)'],
    ['quote a --before 2026-01-01T00:00:00Z', '--before needs one account: give its SERVICE, too'],
    ['quote a s --before monday', '--before is monday: it must be'],
    ['credit a 0', 'AMOUNT is 0: it must be a decimal string above 0'],
    ['credit a 1 --priority 2000', '--priority is 2000: it must be an integer from 0 to 1000'],
    ['credit a 1 --id schl\u00fcssel', '--id is schl\u00fcssel: it '],
    ['balance a --asset xlm', '--asset is xlm: it must be 1-12 capitals and digits'],
    ['limit put x', 'give the maximum (--max QUANTITY)'],
    [
      'limit put x --max 1 --window week',
      '--window is week: it must be minute, hour, day, month or lifetime',
    ],
    ['limit put x --max 1 --window day --notify-at 2', '--notify-at must be '],
    ['keys create ~ --scope read', 'LABEL is  : it must not be blank'],
    ['keys create x --scope write', '--scope is write: it must be read, record, settle or manage'],
    ['keys revoke x-y', 'PREFIX is x-y: it must be the prefix of an API key'],
    ['services put s 1.5', 'STROOPS is 1.5: it must be a whole number'],
    ['services put s', 'give the price once: STROOPS, or --price AMOUNT'],
    ['services put s 1 --price 0.5', 'give the price once: STROOPS, or --price AMOUNT'],
    ['services put s 1 --per 1000', '--per needs --price'],
    ['services put s --price 0.5 --per 10', '--per is 10: it must be 1, 1000 or 1000000'],
    ['services put s --price 1e3', '--price is 1e3: it must be a decimal string'],
    ['services put s 1 --unit-scale 7', '--unit-scale is 7: it must be a whole number from 0 to 6'],
    ['services put s 1 --owner me', '--description and --owner belong together'],
    ['services put s 99999999999', 'STROOPS is 99999999999: it must be'],
    ['services list --limit 0', '--limit is 0: it must be an integer from 1 to 100000'],
    ['holds list --state shut', '--state is shut: it must be open, captured, released or lapsed'],
    ['balance a --idempotency-key k', '--idempotency-key is not an option of billonce balance'],
    [
      'credit a 1 --idempotency-key schl\u00fcssel',
      '--idempotency-key must be 1 to 255 visible ASCII characters',
    ],
  ];
  for (const [line, said] of wrong) {
    const { code, printed } = await type(line, nowhere);
    assert.equal(code, 2, `${line}\n${printed}`);
    assert.ok(printed.includes(said), `${line}\n${printed}`);
  }
  for (const { spec } of remoteCommands) {
    const { code, printed } = await type(`${spec.name} --help`, nowhere);
    assert.equal(code, 0, printed);
    assert.ok(printed.startsWith(`Usage: billonce ${spec.name}`));
  }
});

test('the sums of an agent with several pages of accounts are printed', async (t) => {
  const { api, run } = await started(t);
  const items = Array.from({ length: 1_001 }, (_, index) => ({
    serviceId: `service-${index}`,
    priceStroops: 1,
  }));
  for (let index = 0; index < items.length; index += 500) {
    const bulk = items.slice(index, index + 500);
    assert.equal((await api.post('/services/bulk', { items: bulk })).status, 201);
    const usage = bulk.map(({ serviceId }) => ({ agent: 'agent-7', serviceId, requests: 1 }));
    assert.equal((await api.post('/usage/bulk', { items: usage })).status, 201);
  }
  const { printed } = await run('quote agent-7 --limit 2000');
  assert.match(printed, /^agent-7: 0\.0001001 XLM to bill, 0 XLM of credit$/m);
});

test('a person sees for how long a command waits when the server asks for a later attempt', async (t) => {
  const { api } = await started(t);
  let refused = 0;
  const busy = createServer((request, response) => {
    refused += 1;
    if (refused === 1) return response.writeHead(429, { 'retry-after': '1' }).end('{"error":"rate_limited"}');
    return response.writeHead(307, { location: api.url + request.url }).end();
  });
  const url = await listen(t, busy);
  const waits: string[] = [];
  await runHere(['balance', 'agent-7'], { BILLONCE_URL: url }, (text, isWait) => {
    if (isWait === true) waits.push(text);
  });
  assert.deepEqual(waits, [`waits 1 s: ${url} answers 429`]);
});
