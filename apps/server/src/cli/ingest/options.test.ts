import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIngestOptions } from './options.ts';

function valid(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const parsed = parseIngestOptions(args, environment);
  assert.equal(parsed.kind, 'valid', JSON.stringify(parsed));
  if (parsed.kind !== 'valid') throw new Error('not valid');
  return parsed.options;
}

function mistakes(...args: readonly string[]): string {
  const parsed = parseIngestOptions(args, {});
  return parsed.kind === 'invalid' ? parsed.mistakes.join('\n') : parsed.kind;
}

const mapped = ['--agent', 'a', '--service', 's', '--requests', '1'] as const;

test('the azure-llm preset needs nothing else, and sends no time', () => {
  const options = valid(['f.txt', '--preset', 'azure-llm']);
  assert.equal(options.format, 'csv');
  assert.equal(options.takesLastLine, true);
  assert.deepEqual(options.mapping.agent, { kind: 'spread', agents: 1 });
  assert.equal(options.mapping.occurredAt, undefined);
  assert.equal(options.server.url, 'http://127.0.0.1:3001');
  assert.deepEqual([options.batchItems, options.concurrency, options.giveUpMs], [1_000, 4, 600_000]);
});

test('the environment sets server and key, and options take precedence', () => {
  const environment = { BILLONCE_URL: 'https://b.example/base/', BILLONCE_API_KEY: 'from-environment' };
  const { server } = valid(['f.csv', ...mapped], environment);
  assert.deepEqual([server.url, server.apiKey], ['https://b.example/base', 'from-environment']);
  const args = ['f.csv', ...mapped, '--url', 'http://c.example', '--api-key', 'x'];
  assert.deepEqual(valid(args, environment).server, {
    url: 'http://c.example',
    apiKey: 'x',
    tenant: undefined,
    timeoutMs: 60_000,
  });
  assert.equal(valid(['f.csv', ...mapped], { BILLONCE_API_KEY: ' ' }).server.apiKey, undefined);
});

test('the format follows from the file name, unless an option sets it', () => {
  assert.equal(valid(['f.JSONL', ...mapped]).format, 'jsonl');
  assert.equal(valid(['f.csv', ...mapped, '--format', 'jsonl']).format, 'jsonl');
  assert.equal(valid(['f.csv', ...mapped]).takesLastLine, false);
  assert.match(mistakes('f.log', ...mapped), /give --format/);
  for (const [file, format] of [
    ['a.tsv', 'csv'],
    ['a.CSV.gz', 'csv'],
    ['a.ndjson.gz', 'jsonl'],
    ['a.json', 'json'],
  ] as const)
    assert.equal(valid([file, ...mapped]).format, format);
  assert.equal(valid(['a.tsv.gz', ...mapped]).delimiter, '\t');
});

test('all mistakes are reported at once', () => {
  const found = mistakes('f.csv', '--batch', '10001', '--concurrency', '0', '--source', 'a b', '--url', 'x');
  for (const name of [
    '--batch',
    '--concurrency',
    '--source',
    '--server',
    '--agent',
    '--service',
    '--requests',
  ]) {
    assert.match(found, new RegExp(name));
  }
  assert.match(mistakes('--preset', 'azure-llm'), /name the file/);
  assert.match(mistakes('a.csv', 'b.csv', ...mapped), /b\.csv is unexpected: billonce ingest takes one FILE/);
  assert.match(mistakes('a.csv', ...mapped, '--nonsense'), /--nonsense/);
  assert.match(mistakes('a.csv', '--preset', 'nonsense'), /azure-llm/);
  assert.match(mistakes('a.csv', '--preset', 'azure-llm', '--service', 's'), /--service/);
  assert.match(mistakes('a.csv', ...mapped, '--agents', '2'), /one of/);
  for (const [args, mistake] of [
    [['--count', 'x'], /--count is x: it must be COLUMN=SERVICE/],
    [['--count', 'a=s', '--count', 'a=t'], /two of --count name the same column/],
    [['--count', 'a=s', '--requests', '1'], /--requests cannot be combined with --count/],
    [['--count', 'a=s', '--timezone', 'Mars/Base'], /--timezone is Mars\/Base/],
    [['--count', 'a=s', '--decimal', 'dot'], /--decimal is dot/],
    [['--count', 'a=s', '--multiply', '0'], /--multiply is 0/],
    [['--count', 'a=s', '--only', 'x'], /--only is x/],
    [['--count', 'a=s', '--replace-spaces', '--'], /--replace-spaces/],
    [['--count', 'a=s', '--delimiter', 'ab'], /--delimiter is ab/],
    [['--count', 'a=s', '--rows', 'data'], /--rows is only for JSON/],
    [['--count', 'a=s', '--by-model'], /--by-model needs a --preset/],
  ] as const)
    assert.match(mistakes('a.csv', '--agent', 'a', ...args), mistake);
  assert.match(mistakes('a.jsonl', '--preset', 'claude-code'), /give --agent-column or --agent/);
  assert.equal(mistakes('--help'), 'help');
});

test('a reported mistake shows neither an API key nor a password', () => {
  const found = mistakes('f.csv', ...mapped, '--url', 'http://u:secret@h', '--api-key', 'secret key');
  assert.match(found, /--server.*\n--api-key/);
  assert.doesNotMatch(found, /secret/);
});
