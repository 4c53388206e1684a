// Tests how the words of a command line are read, and the messages for wrong ones. Nothing is started.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionsOf } from '../src/cli/command-line/command.ts';
import { exitCodes } from '../src/cli/command-line/exit-codes.ts';
import { endingsOf, helpOf } from '../src/cli/command-line/help.ts';
import { misuseText } from '../src/cli/command-line/parse.ts';
import { commandSpecs } from '../src/cli/commands.ts';
import { parseIngestOptions } from '../src/cli/ingest/options.ts';
import { ingestSpec } from '../src/cli/ingest/spec.ts';
import { runHere } from './harness/command.ts';

/** Returns the first line that a misused command prints. */
async function firstLine(
  line: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const [command = '', ...rest] = line.split(' ');
  if (command === 'ingest') {
    const parsed = parseIngestOptions(rest, environment);
    return parsed.kind === 'invalid' ? misuseText(ingestSpec, parsed.mistakes).split('\n')[0] : parsed.kind;
  }
  const { code, printed } = await runHere([command, ...rest], environment);
  assert.equal(code, exitCodes.misused, printed);
  assert.match(
    printed,
    new RegExp(`^Usage: billonce ${command} .*\nbillonce ${command} --help lists the options\\.\n$`, 'm'),
  );
  return printed.split('\n')[0];
}

const postgres = { DATABASE_URL: 'postgres://user:hidden-password@db.invalid/books' };
const wrong: readonly (readonly [
  line: string,
  said: string,
  environment?: Readonly<Record<string, string>>,
])[] = [
  [
    'ingest f.csv --servr http://h',
    '--servr is not an option of billonce ingest: did you mean --server URL?',
  ],
  ['ingest f.csv --urll http://h', '--urll is not an option of billonce ingest: did you mean --server URL?'],
  ['ingest f.csv --id a', '--id is not an option of billonce ingest: did you mean --id-column COLUMN?'],
  ['ingest f.csv --nonsense', '--nonsense is not an option of billonce ingest'],
  ['ingest f.csv -x', '-x is not an option of billonce ingest'],
  ['ingest f.csv --agent', '--agent takes a value: --agent NAME'],
  [
    'ingest f.csv --agent --service s',
    '--agent takes a value, and --service follows: write --agent NAME, or --agent=--service if that is meant',
  ],
  ['ingest f.csv --agent=', '--agent is empty: it takes NAME'],
  ['ingest f.csv --quiet=yes', '--quiet takes no value'],
  ['ingest --preset azure-llm', 'name the file to ingest (FILE)'],
  [
    'ingest f.csv --preset azure-llm --api-key schl\u00fcssel',
    '--api-key contains a character that is not visible ASCII, such as a space or a letter with an accent: copy the key again',
  ],
  [
    'verify http://h',
    'BILLONCE_API_KEY contains a character that is not visible ASCII, such as a space or a letter with an accent: copy the key again',
    { BILLONCE_API_KEY: 'schl\u00fcssel' },
  ],
  ['move-from-agentpay --tenant t', 'name the URL of AgentPay (URL)'],
  ['move-from-agentpay http://h --batch 0', '--batch is 0: it must be an integer from 1 to 10000'],
  ['backup', 'name the file to write the backup to (TARGET)'],
  ['backup a.db b.db', 'b.db is unexpected: billonce backup takes one TARGET'],
  [
    'backup postgres://u:hidden-password@h/d',
    'TARGET is a URL with postgres://: it takes the name of a file',
  ],
  [
    'backup a.db',
    'DATABASE_URL names a PostgreSQL database: back it up with pg_dump or a base backup',
    postgres,
  ],
  [
    'restore a.db',
    'DATABASE_URL names a PostgreSQL database: restore it with pg_restore, psql or a base backup',
    postgres,
  ],
  [
    'restore a.db --database postgres://u:hidden-password@h/d',
    '--database names a PostgreSQL database: restore it with pg_restore, psql or a base backup',
  ],
  [
    'restore postgres://u:hidden-password@h/d',
    'BACKUP is a URL with postgres://: it takes the name of a file',
  ],
  ['migrate role', 'DATABASE_URL names a file: the server migrates it when it starts'],
  [
    'verify',
    'DATABASE_URL is neither of the form file:./path/to/billonce.db nor postgres://user:password@host/database',
    { DATABASE_URL: 'mysql://u:hidden-password@h/d' },
  ],
  [
    'verify mysql://u:hidden-password@h/d',
    'SOURCE is a URL with mysql://: a database is a file, file:PATH or postgres://…',
  ],
  [
    'verify --database http://h',
    '--database is the URL of a server, and this takes a database: a file, file:PATH or postgres://…',
  ],
  ['verify a.db --server http://h', 'name one source: --database or --server'],
  ['verify http://u:hidden-password@h', 'SOURCE takes no user name, password, query or fragment in its URL'],
  ['verify a.db --tenant acme', '--tenant is for a server: of a database every tenant is verified'],
  ['verify a.db --api-key k', '--api-key is for a server: name it with --server'],
  ['export bills a.csv', 'bills is neither entries nor settlements'],
  ['export entries a.txt', 'a.txt must end in .csv or .jsonl'],
  ['export entries', 'name the file to write (FILE)'],
  ['export entries a.csv --from monday', '--from is monday: it takes a time like 2026-11-01T00:00:00Z'],
];

test('wrong usage is explained, exits with 2, and shows no password', async () => {
  for (const [line, said, environment] of wrong) {
    const [command = ''] = line.split(' ');
    const found = await firstLine(line, environment);
    assert.equal(found, `billonce ${command}: ${said}`, line);
  }
});

test('former names of options still work', async () => {
  const parsed = parseIngestOptions(['f.csv', '--preset', 'azure-llm', '--url', 'http://h:1'], {});
  assert.equal(parsed.kind === 'valid' ? parsed.options.server.url : parsed.kind, 'http://h:1');
  const { code, printed } = await runHere([
    'export',
    'entries',
    '/nowhere/a.csv',
    '--source',
    '/nowhere/none.db',
  ]);
  assert.deepEqual([code, printed], [1, 'billonce export: there is no file /nowhere/none.db\n']);
});

test('an option has one meaning in all commands, and each help lists all options and exit codes of its command', () => {
  const values = new Map<string, string | undefined>();
  for (const spec of commandSpecs) {
    const help = helpOf(spec);
    for (const [name, { value }] of Object.entries(optionsOf(spec))) {
      assert.ok(help.includes(`--${name}`), `${spec.name} --${name}`);
      assert.equal(values.has(name) ? values.get(name) : value, value, `--${name} takes one kind of value`);
      values.set(name, value);
    }
    for (const [code, text] of endingsOf(spec)) assert.ok(help.includes(`${code}`) && help.includes(text));
    assert.ok(
      help.split('\n').every((line) => line.length <= 130),
      spec.name,
    );
  }
});
