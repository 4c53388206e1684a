import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whole } from '../wire/exchange.ts';
import { curlOf } from './curl.ts';
import { htmlText } from './html.ts';
import { junitText } from './junit.ts';
import { type CheckReport, exitCodeOf, type Report } from './report.ts';
import { summaryText } from './text.ts';

const check: CheckReport = {
  id: 'replay-once',
  group: 'Replay',
  sentence: 'A request takes effect once.',
  harm: 'Each retry is a second charge.',
  level: 'MUST',
  clause: 'section 1 & 2',
  verdict: 'failed',
  reason: '2 executions counted, <b>where</b> 1 was right',
  requests: 2,
  tookMs: 12,
  keys: ['k-1'],
  curl: "curl -i 'http://localhost/a'",
};

function reportOf(...checks: readonly Partial<CheckReport>[]): Report {
  return {
    tool: '@billonce/conformance',
    version: '0.0.0',
    url: 'http://localhost/a?b=<c>',
    method: 'POST',
    profile: 'draft-07',
    title: 'The draft',
    source: 'a page',
    seed: 's',
    startedAt: '2026-11-27T12:00:00.000Z',
    tookMs: 1500,
    requests: 9,
    countedBy: undefined,
    failOn: 'SHOULD',
    checks: checks.map((change) => ({ ...check, ...change })),
  };
}

test('a failure counts by its level', () => {
  assert.equal(exitCodeOf(reportOf({ level: 'SHOULD' })), 1);
  assert.equal(exitCodeOf(reportOf({ level: 'beyond' })), 0);
  assert.equal(exitCodeOf({ ...reportOf({ level: 'beyond' }), failOn: 'beyond' }), 1);
  assert.equal(exitCodeOf(reportOf({ verdict: 'inconclusive' }, { verdict: 'not-applicable' })), 0);
});

test('each form of the report says what failed, what was seen and how to repeat it, and escapes what a server sent', () => {
  const report = reportOf({}, { id: 'key-echo', verdict: 'inconclusive', reason: 'a \u0000 byte' });
  for (const text of [junitText(report), htmlText(report)]) {
    assert.ok(text.includes('2 executions counted, &lt;b&gt;where&lt;/b&gt; 1 was right'), text);
    assert.ok(text.includes('curl -i &#39;http://localhost/a&#39;'));
    assert.ok(!text.includes('\u0000') && !text.includes('<c>'));
  }
  assert.match(junitText(report), /tests="2" failures="1" skipped="1"/);
  const letter = htmlText(report);
  assert.match(letter, /To the owner of POST http/);
  assert.match(letter, /Each retry is a second charge\./);
  assert.match(letter, /In your log: k-1/);
  const summary = summaryText(report);
  assert.match(summary, /^\n0 passed, 1 failed, 1 inconclusive, 0 not applicable; 9 requests in 1\.5 s/);
  assert.match(summary, /Not conformant: 1 of the failures is of the level SHOULD or above/);
  assert.match(
    summaryText(reportOf({ verdict: 'passed' })),
    /No failure\. Whether requests are executed once was not counted/,
  );
});

test('a curl command repeats a request without showing what may be secret', () => {
  const call = {
    origin: new URL('http://localhost:8080'),
    method: 'POST',
    target: '/charges?a=1',
    headers: [
      ['Authorization', 'Bearer secret'],
      ['X-Key', "it's"],
      ['Idempotency-Key', ''],
    ],
    body: Buffer.from('{"a":"it\'s"}'),
  } as const;
  const command = curlOf([{ call, manner: whole, copies: 1 }], 'X-Key');
  assert.equal(
    command,
    `curl -i -X POST 'http://localhost:8080/charges?a=1' -H "Authorization: $AUTHORIZATION" -H 'X-Key: it'\\''s' -H 'Idempotency-Key;' --data-binary '{"a":"it'\\''s"}'`,
  );
  assert.match(
    curlOf([{ call, manner: whole, copies: 5 }], 'X-Key'),
    /^for i in \$\(seq 5\); do .* & done; wait$/,
  );
});
