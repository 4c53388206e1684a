import { commandLineVariables } from '../apps/server/src/variables/command-line.ts';
import type { Variable } from '../apps/server/src/variables/variable.ts';
import { fileVariableOf, variables } from '../apps/server/src/variables/variables.ts';

const envHead = `# Every variable that the server or its command line reads, with its default. \`npm run docs\` prints this file from apps/server/src/variables; do not edit it
# here. An empty variable counts as not set, except ADMIN_API_KEY and the like. Every mistake is named at start, all in one error. The
# server reads its environment, not this file. To use a copy of it:
#
#   cp .env.example .env
#   set -a; . ./.env; set +a
#   npm start
`;

const lineLengthMax = 125;
const all = [...Object.entries<Variable>(variables), ...Object.entries<Variable>(commandLineVariables)];

/** Every variable with its default, as a shell reads it. */
export function envExample(): string {
  return [envHead, ...all.map(([name, variable]) => envPart(name, variable))].join('\n');
}

function envPart(name: string, variable: Variable): string {
  const comment = wrapped(
    [variable.text, `Values: ${valuesOf(name, variable)}`, ...remarksOn(name, variable)].join(' '),
  );
  if (variable.kind === 'secret') return `${comment}# ${name}=\n# ${fileVariableOf(name)}=\n`;
  const line = `${name}=${defaultOf(variable)}\n`;
  return comment + (variable.isCommentedOut ? `# ${line}` : line);
}

/** The page on the configuration, with the variables as the code has them. */
export function withVariables(page: string): string {
  const [before, , after] = page.split(/(?<=<!-- variables -->\n)|(?=<!-- end of the variables -->)/);
  if (before === undefined || after === undefined)
    throw new Error('the page on the configuration has no place for the variables');
  const head = '\n| variable | default | values | what it does |\n| --- | --- | --- | --- |\n';
  return [before, head, ...all.map(([name, variable]) => row(name, variable)), '\n', after].join('');
}

function row(name: string, variable: Variable): string {
  const values = valuesOf(name, variable) + (isSecret(variable) ? ' May hold a secret.' : '');
  const text = [
    variable.text,
    ...(variable.engine === undefined ? [] : [postgresOnly]),
    ...remarkOnCommands(name, variable),
  ].join(' ');
  return `| \`${name}\` | ${cell(defaultTextOf(variable))} | ${cell(values)} | ${cell(text)} |\n`;
}

/** The default of a variable, as a page shows it. */
export function defaultTextOf(variable: Variable): string {
  const value = defaultOf(variable);
  return variable.defaultText ?? (value === '' ? 'not set' : `\`${value}\``);
}

const postgresOnly = 'For PostgreSQL only.';

function remarksOn(name: string, variable: Variable): string[] {
  const { engine, defaultText } = variable;
  return [
    ...remarkOnCommands(name, variable),
    ...(engine === undefined ? [] : [postgresOnly]),
    ...(defaultText === undefined ? [] : [`Default: ${defaultText}.`]),
  ];
}

function remarkOnCommands(name: string, { option }: Variable): string[] {
  if (option === undefined || !Object.hasOwn(commandLineVariables, name)) return [];
  return [`Of the command line only; the option --${option.name} comes before it.`];
}

function isSecret({ kind, isSecret }: Variable): boolean {
  return kind === 'secret' || isSecret === true;
}

function defaultOf(variable: Variable): string {
  switch (variable.kind) {
    case 'hops':
      return '0';
    case 'list':
    case 'secret':
      return '';
    case 'text':
    case 'word':
    case 'integer':
    case 'flag':
      return String(variable.default);
  }
}

function valuesOf(name: string, variable: Variable): string {
  switch (variable.kind) {
    case 'text':
      return `${variable.form}.`;
    case 'integer':
      return `${variable.min} to ${variable.max}.`;
    case 'flag':
      return 'true, false, 1 or 0.';
    case 'word':
      return `${listed(variable.words.filter((word) => word !== ''))}.`;
    case 'list':
      return `separated by commas, each ${variable.form}.`;
    case 'secret':
      return `at least ${variable.lengthMin} visible ASCII characters, hard to guess. ${fileVariableOf(name)} names a file that has it; only one of the two can be set.`;
    case 'hops':
      return `0 to ${variable.max}. true, yes and on mean 1; false, no and off mean 0.`;
  }
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function wrapped(text: string): string {
  const lines: string[] = [];
  let line = '#';
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > lineLengthMax) {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return `${[...lines, line].join('\n')}\n`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
