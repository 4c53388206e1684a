import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openInput } from '../src/cli/ingest/input.ts';
import { parseIngestOptions } from '../src/cli/ingest/options.ts';
import { readBulks } from '../src/cli/ingest/read-bulks.ts';
import { Tally } from '../src/cli/ingest/tally.ts';

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/usage/${name}`, import.meta.url));

interface Mapped {
  readonly totals: Readonly<Record<string, number>>;
  readonly ids: readonly string[];
  readonly tally: Tally;
}

/** Returns the items that the rows of a file produce, without a server. */
async function mapped(args: readonly string[]): Promise<Mapped> {
  const parsed = parseIngestOptions(args, {});
  if (parsed.kind !== 'valid') throw new Error(JSON.stringify(parsed));
  const tally = new Tally();
  const input = await openInput(parsed.options.file, process.stdin);
  const totals: Record<string, number> = {};
  const ids: string[] = [];
  for await (const { items } of readBulks(input, parsed.options, tally, () => undefined)) {
    for (const { item } of items) {
      const name = `${item.agent} ${item.serviceId}`;
      totals[name] = (totals[name] ?? 0) + (item.requests ?? 0);
      ids.push(item.id ?? '');
      assert.match(item.occurredAt ?? '', /^2026-06-28T/, 'each form says when');
    }
  }
  return { totals, ids, tally };
}

interface PresetCase {
  readonly preset: string;
  readonly file: string;
  readonly options?: readonly string[];
  readonly billed: Readonly<Record<string, number>>;
}

const cases: readonly PresetCase[] = [
  {
    preset: 'openrouter',
    file: 'openrouter.csv',
    billed: {
      'team/7@example.com input-tokens': 10_389,
      'team/7@example.com output-tokens': 137,
      'ann input-tokens': 800,
      'ann output-tokens': 20,
    },
  },
  {
    preset: 'openrouter',
    file: 'openrouter.csv',
    options: ['--by-model', '--agent', 'one'],
    billed: {
      'one vendor/model-a:input-tokens': 10_389,
      'one vendor/model-a:output-tokens': 137,
      'one vendor/model-b:input-tokens': 800,
      'one vendor/model-b:output-tokens': 20,
    },
  },
  ...['openai.json', 'openai.csv'].map((file) => ({
    preset: 'openai',
    file,
    billed: {
      'proj_a input-tokens': 1_000,
      'proj_a output-tokens': 500,
      'proj_b input-tokens': 30,
      'proj_b output-tokens': 7,
    },
  })),
  {
    preset: 'anthropic',
    file: 'anthropic.csv',
    options: ['--replace-spaces', '_'],
    billed: {
      'crm input-tokens': 100_000,
      'crm cache-write-5m-tokens': 5,
      'crm cache-write-1h-tokens': 6,
      'crm cache-read-tokens': 7,
      'crm output-tokens': 5_000,
      'Closer_App input-tokens': 10,
      'Closer_App output-tokens': 3,
    },
  },
  {
    preset: 'anthropic',
    file: 'anthropic.json',
    billed: {
      'apikey_a input-tokens': 1_500,
      'apikey_a cache-write-5m-tokens': 500,
      'apikey_a cache-write-1h-tokens': 1_000,
      'apikey_a cache-read-tokens': 200,
      'apikey_a output-tokens': 500,
    },
  },
  {
    preset: 'litellm',
    file: 'litellm.json',
    billed: {
      'ann@example.com input-tokens': 20,
      'ann@example.com output-tokens': 10,
      'team-1 input-tokens': 8,
    },
  },
  {
    preset: 'cursor',
    file: 'cursor.csv',
    billed: {
      'ann@example.com cache-read-tokens': 21_440,
      'ann@example.com cache-write-tokens': 970,
      'ann@example.com input-tokens': 3,
      'ann@example.com output-tokens': 785,
      'bob@example.com cache-read-tokens': 98_521,
      'bob@example.com input-tokens': 21_174,
      'bob@example.com output-tokens': 3_728,
    },
  },
  {
    preset: 'claude-code',
    file: 'claude-code.jsonl',
    options: ['--agent', 'ann'],
    billed: {
      'ann input-tokens': 8,
      'ann cache-write-tokens': 2_285,
      'ann cache-read-tokens': 22_237,
      'ann output-tokens': 100,
    },
  },
  {
    preset: 'aws-cur',
    file: 'aws-cur.csv',
    billed: {
      '111122223333 AmazonS3:USE1-Requests-Tier1': 1_250,
      '444455556666 AmazonEC2:USE1-BoxUsage:t3.micro': 1,
    },
  },
  {
    preset: 'aws-cur',
    file: 'aws-cur-2.csv',
    options: ['--multiply', '1000', '--only', 'line_item_product_code=AmazonBedrock'],
    billed: { '111122223333 AmazonBedrock:USE1-model-input-tokens': 12_345 },
  },
  {
    preset: 'otlp-genai',
    file: 'otlp-genai.jsonl',
    billed: {
      'checkout input-tokens': 811,
      'checkout output-tokens': 92,
      'search input-tokens': 10,
      'search output-tokens': 4,
    },
  },
];

for (const { preset, file, options = [], billed: expected } of cases) {
  test(`--preset ${preset} reads ${[file, ...options].join(' ')}`, async () => {
    const { totals, ids, tally } = await mapped([fixture(file), '--preset', preset, ...options]);
    assert.deepEqual(tally.refusals, []);
    assert.deepEqual(totals, expected);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.match(id, new RegExp(`^${preset}-[0-9a-f]{32}$`));
  });
}

test('the same export as CSV and as JSON gives the same items', async () => {
  const [csv, json] = await Promise.all(
    ['openai.csv', 'openai.json'].map((file) => mapped([fixture(file), '--preset', 'openai'])),
  );
  assert.deepEqual(csv?.ids, json?.ids);
  assert.deepEqual(csv?.totals, json?.totals);
});
