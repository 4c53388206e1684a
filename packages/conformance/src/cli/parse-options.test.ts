import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parseOptions } from './parse-options.ts';

const folder = mkdtempSync(join(tmpdir(), 'billonce-options-'));
const request = join(folder, 'request.json');
before(() => writeFileSync(request, '{"amount":1}'));
after(() => rmSync(folder, { recursive: true, force: true }));

function mistakesOf(...args: readonly string[]): string {
  const parsed = parseOptions(args);
  return parsed.kind === 'invalid' ? parsed.mistakes.join('\n') : parsed.kind;
}

test('requests go only to this machine and to named hosts', () => {
  const local = ['http://127.0.0.1:1/a', 'http://localhost:1/a', 'http://[::1]:1/a', 'https://127.8.8.8/a'];
  for (const url of local) assert.equal(mistakesOf(url, '--request', request), 'valid', url);
  const foreign = [
    'https://api.example/a',
    'http://127.0.0.1.example/a',
    'http://0.0.0.0/a',
    'http://[::2]/a',
  ];
  for (const url of foreign) assert.match(mistakesOf(url, '--request', request), /--allow-host/, url);
  assert.equal(
    mistakesOf('https://api.example/a', '--request', request, '--allow-host', 'API.example'),
    'valid',
  );
  for (const option of ['--second', '--count']) {
    const args = ['http://localhost/a', '--request', request, option, 'https://api.example/a'];
    assert.match(mistakesOf(...args), new RegExp(`${option} is not on this machine`));
  }
});

test('another machine gets few requests a second, even as the second instance', () => {
  const rateOf = (...args: readonly string[]) => {
    const parsed = parseOptions([...args, '--request', request, '--allow-host', 'api.example']);
    return parsed.kind === 'valid' ? parsed.plan.limits.perSecond : parsed.kind;
  };
  assert.equal(rateOf('http://localhost/a', '--second', 'http://127.0.0.1:2/a'), 200);
  assert.equal(rateOf('https://api.example/a'), 20);
  assert.equal(rateOf('http://localhost/a', '--second', 'https://api.example/a'), 20);
});

test('all mistakes are reported at once, each with its option', () => {
  const args = [
    'ftp://localhost/a',
    '--request',
    `${request}.none`,
    '--profile',
    'rfc',
    '--only',
    'replay',
    '--rate',
    '0',
  ];
  const more = ['--header', 'no header', '--vary', 'amount', '--fail-on', 'all', '--count', 'SELECT 1'];
  const mistakes = mistakesOf(...args, ...more);
  for (const name of [
    'URL',
    '--request',
    '--profile',
    '--only',
    '--rate',
    '--header',
    '--vary',
    '--fail-on',
    '--database',
  ]) {
    assert.ok(mistakes.includes(name), `${name} in ${mistakes}`);
  }
  assert.match(mistakesOf('http://localhost/a', '--requset', request), /requset/);
});

test('the kind of a count source is recognized by its form', () => {
  const kindOf = (count: string, ...more: readonly string[]) => {
    const parsed = parseOptions(['http://localhost/a', '--request', request, '--count', count, ...more]);
    return parsed.kind === 'valid' ? parsed.plan.count?.kind : parsed.kind;
  };
  assert.equal(kindOf('http://localhost/count#/total'), 'url');
  assert.equal(kindOf('select count(*) from charges', '--database', 'books.db'), 'sql');
  assert.equal(kindOf('wc -l < charges.log'), 'command');
});
