import {
  type CommandSpec,
  headOf,
  type OptionTable,
  textOf,
  usageOf,
} from '../apps/server/src/cli/command-line/command.ts';
import { type ExitName, exitCodes, exitTexts } from '../apps/server/src/cli/command-line/exit-codes.ts';
import { endingsOf } from '../apps/server/src/cli/command-line/help.ts';
import { commandSpecs } from '../apps/server/src/cli/commands.ts';
import { ingestSpec } from '../apps/server/src/cli/ingest/spec.ts';
import type { Variable } from '../apps/server/src/variables/variable.ts';
import { optionVariables } from '../apps/server/src/variables/variables.ts';
import { defaultTextOf } from './configuration-page.ts';

const head = `# Command line

\`npm run docs\` prints this page from \`apps/server/src/cli\`. Do not edit it here.

In a clone a command is typed as \`npm run billonce -- COMMAND\`; the package of the server brings the program \`billonce\`.

| command | what it does |
| --- | --- |
`;

const variables = `
## Variables

An option comes before its variable. An empty variable counts as not set.

| variable | option | default | what it does |
| --- | --- | --- | --- |
${Object.entries<Variable>(optionVariables)
  .map(
    ([name, variable]) =>
      `| \`${name}\` | \`--${variable.option?.name}\` | ${defaultTextOf(variable)} | ${variable.text} |\n`,
  )
  .join('')}`;

/** The page on all commands, their options and exit codes. */
export function commandLinePage(): string {
  return [
    head,
    ...commandSpecs.map((spec) => `| \`${cell(usageOf(spec))}\` | ${cell(spec.summary)} |\n`),
    '\n## Exit codes\n\n| code | meaning | in particular |\n| --- | --- | --- |\n',
    ...exitNames().map((name) => `| ${exitCodes[name]} | ${exitTexts[name]} | ${endingsIn(name)} |\n`),
    variables,
    '\n## Options by name\n\nAn option means the same in every command that has it. `--source` of `export`, which takes a database or the URL of a server, is\na former name, too: of `--database` and `--server`.\n\n| option | commands | former name, which still works |\n| --- | --- | --- |\n',
    ...sharedRows(),
    ...commandSpecs.map(commandPart),
  ].join('');
}

/** The page on usage files, with the options as the code has them. */
export function withIngestOptions(page: string): string {
  const [before, , after] = page.split(/(?<=<!-- options -->\n)|(?=<!-- end of the options -->)/);
  if (before === undefined || after === undefined)
    throw new Error('the page on usage files has no place for the options');
  const tables = ingestSpec.groups.map(({ title, options }) => `${title}:\n\n${optionTable(options)}\n`);
  const codes = ['Ends with:\n\n', endingTable(ingestSpec), '\n'];
  return [before, '\n', ...tables, ...codes, after].join('');
}

function exitNames(): readonly ExitName[] {
  return Object.keys(exitCodes).filter((name): name is ExitName => name in exitCodes);
}

function endingsIn(name: ExitName): string {
  const commandsByEnding = Map.groupBy(
    commandSpecs.filter(({ endings }) => endings[name] !== undefined),
    ({ endings }) => endings[name],
  );
  return [...commandsByEnding]
    .map(([ending, specs]) => {
      const commands = specs.map(({ name: command }) => `\`${command}\``).join(', ');
      return ending === exitTexts[name] ? commands : `${commands}: ${ending}`;
    })
    .map(cell)
    .join('; ');
}

function sharedRows(): string[] {
  const rows = new Map<string, { head: string; commands: string[]; formerly: Set<string> }>();
  for (const { name: command, groups } of commandSpecs) {
    for (const [name, option] of groups.flatMap(({ options }) => Object.entries(options))) {
      if (option.isFormer === true) continue;
      const row = rows.get(name) ?? { head: headOf(name, option), commands: [], formerly: new Set<string>() };
      row.commands.push(command);
      for (const one of option.formerly ?? []) row.formerly.add(`\`--${one}\``);
      rows.set(name, row);
    }
  }
  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([, row]) =>
        `| \`${cell(row.head)}\` | ${row.commands.join(', ')} | ${[...row.formerly].join(', ')} |\n`,
    );
}

function commandPart(spec: CommandSpec): string {
  return [
    `\n## ${spec.name}\n\n\`\`\`\n${usageOf(spec)}\n\`\`\`\n`,
    ...spec.text.map((paragraph) => `\n${paragraph}\n`),
    ...spec.groups.map(({ title, options }) => `\n${title}:\n\n${optionTable(options)}`),
    ...(spec.after ?? []).map((paragraph) => `\n${paragraph}\n`),
    `\nEnds with:\n\n${endingTable(spec)}`,
  ].join('');
}

function optionTable(options: OptionTable): string {
  const rows = Object.entries(options).map(
    ([name, option]) => `| \`${cell(headOf(name, option))}\` | ${cell(textOf(option))} |\n`,
  );
  return `| option | what it does |\n| --- | --- |\n${rows.join('')}`;
}

function endingTable(spec: CommandSpec): string {
  const rows = endingsOf(spec).map(([code, text]) => `| ${code} | ${cell(text)} |\n`);
  return `| code | meaning |\n| --- | --- |\n${rows.join('')}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
