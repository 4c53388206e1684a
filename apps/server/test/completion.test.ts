// Tests the completion of commands in real shells.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { choicesOf, optionsOf } from '../src/cli/command-line/command.ts';
import { commandSpecs } from '../src/cli/commands.ts';
import { runCompletion } from '../src/cli/completion/command.ts';
import type { Shell } from '../src/cli/completion/script.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

/** Asks a shell for the possible next words: each answer is a line of words. */
const asked: Readonly<Record<Shell, (words: string) => string>> = {
  bash: (words) =>
    `COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _billonce; echo "\${COMPREPLY[*]}"\n`,
  zsh: (words) => `words=(${words}); CURRENT=\${#words}; _billonce; print\n`,
};
/** In zsh, these two functions receive the candidates. They exist only while a key press is handled. */
const before: Readonly<Record<Shell, string>> = {
  bash: '',
  zsh: `compadd() { shift; print -rn -- "$* " }\n_files() { print -rn -- *(N) }\ncompdef() { :; }\n`,
};

function scriptOf(shell: string): string {
  let printed = '';
  const print = (text: string) => {
    printed += text;
  };
  const code = runCompletion([shell], { print, complain: print, environment: {} }, commandSpecs);
  assert.equal(code, 0, printed);
  return printed;
}

/** Returns the words that can follow each line. The last word of a line may be empty. */
function following(t: TestContext, shell: Shell, lines: readonly string[]): readonly (readonly string[])[] {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'usage.csv'), '');
  const quoted = (line: string) =>
    line
      .split(' ')
      .map((word) => `'${word}'`)
      .join(' ');
  const program = before[shell] + scriptOf(shell) + lines.map((line) => asked[shell](quoted(line))).join('');
  const flags = shell === 'bash' ? ['--norc'] : ['-f'];
  const printed = execFileSync(shell, [...flags, '-c', program], { cwd: folder, encoding: 'utf8' });
  const answers = printed.split('\n').slice(0, -1);
  assert.equal(answers.length, lines.length, printed);
  return answers.map((answer) => answer.split(' ').filter((word) => word !== ''));
}

for (const shell of ['bash', 'zsh'] as const) {
  const isThere = spawnSync(shell, ['--version']).status === 0;
  test(`${shell} completes every command, its options and their words`, { skip: !isThere }, (t) => {
    const names = commandSpecs.map(({ name }) => name);
    const first = [...new Set(names.map((name) => name.split(' ')[0] ?? ''))];
    const [commands = [], seconds = []] = following(t, shell, ['billonce ', 'billonce keys ']);
    assert.deepEqual([...commands].sort(), [...first, 'help', 'version'].sort());
    assert.deepEqual([...seconds].sort(), ['create', 'list', 'revoke', 'rotate']);
    const options = following(
      t,
      shell,
      names.map((name) => `billonce ${name} -`),
    );
    for (const [index, spec] of commandSpecs.entries()) {
      const known = Object.entries(optionsOf(spec)).filter(([, { isFormer }]) => isFormer !== true);
      // bash omits candidates that do not begin like the word. zsh does this after the script.
      const found = options[index]?.filter((word) => word.startsWith('--'));
      assert.deepEqual([...(found ?? [])].sort(), known.map(([name]) => `--${name}`).sort(), spec.name);
    }
    const choices = commandSpecs.flatMap((spec) =>
      Object.entries(optionsOf(spec)).flatMap(([name, { value }]) => {
        const words = value === undefined ? undefined : choicesOf(value);
        return words === undefined ? [] : [{ line: `billonce ${spec.name} --${name} `, words }];
      }),
    );
    assert.ok(choices.length > 5);
    const chosen = following(
      t,
      shell,
      choices.map(({ line }) => line),
    );
    for (const [index, { line, words }] of choices.entries()) assert.deepEqual(chosen[index], words, line);
  });

  test(`${shell} completes file names for options that take a file, and nothing for options that take any text`, {
    skip: !isThere,
  }, (t) => {
    const lines = [
      'billonce ingest u',
      'billonce verify --database ',
      'billonce credit a 1 --id ',
      'billonce nothing ',
    ];
    const [file = [], database, text, unknown] = following(t, shell, lines);
    assert.ok(file.includes('usage.csv'));
    assert.deepEqual([database, text, unknown], [['usage.csv'], [], []]);
  });
}

test('a shell that is not known is refused', () => {
  let printed = '';
  const complain = (text: string) => {
    printed += text;
  };
  const run = (args: readonly string[]) =>
    runCompletion(args, { print: complain, complain, environment: {} }, commandSpecs);
  assert.equal(run(['fish']), 2);
  assert.match(printed, /^billonce completion: fish is neither bash nor zsh$/m);
  assert.equal(run([]), 2);
});
