import { type CommandSpec, headOf, type OptionTable, textOf, usageOf } from './command.ts';
import { type ExitName, exitCodes, exitTexts } from './exit-codes.ts';

const widthMax = 120;
const optionColumn = 31;

/** The output of `billonce COMMAND --help`. */
export function helpOf(spec: CommandSpec): string {
  return [
    `Usage: ${usageOf(spec)}`,
    '',
    ...spec.text.flatMap((paragraph) => [...wrapped(paragraph, widthMax), '']),
    ...spec.groups.flatMap(({ title, options }) => [...optionLines(title, options), '']),
    ...(spec.after ?? []).flatMap((paragraph) =>
      paragraph.startsWith('- ')
        ? wrapped(paragraph, widthMax - 2).map((line, at) => (at === 0 ? line : `  ${line}`))
        : [...wrapped(paragraph, widthMax), ''],
    ),
    'Ends with',
    ...endingsOf(spec).map(([code, text]) => `  ${String(code).padEnd(4)} ${text}`),
    '',
  ].join('\n');
}

/** The output of `billonce --help`. */
export function helpOfAll(specs: readonly CommandSpec[]): string {
  const heads = specs.map((spec) => usageOf(spec).replace('billonce ', '').replace(' [options]', ''));
  const width = Math.max(...heads.map((head) => head.length));
  return [
    'Usage: billonce COMMAND [options]',
    '',
    ...specs.map(({ summary }, index) => `  ${(heads[index] ?? '').padEnd(width)}  ${summary}`),
    '',
    'billonce COMMAND --help lists the options of a command; billonce --version prints the version.',
    '',
  ].join('\n');
}

/** The exit codes of a command, with their meaning. */
export function endingsOf({ endings }: CommandSpec): readonly (readonly [code: number, text: string])[] {
  const names: readonly ExitName[] = [
    'done',
    'failed',
    'misused',
    'incomplete',
    'rowsWithoutIds',
    'unreached',
    'interrupted',
  ];
  const always: readonly ExitName[] = ['done', 'failed', 'misused'];
  return names
    .filter((name) => always.includes(name) || endings[name] !== undefined)
    .map((name) => [exitCodes[name], endings[name] ?? exitTexts[name]] as const);
}

function optionLines(title: string, options: OptionTable): string[] {
  const lines = Object.entries(options).flatMap(([name, option]) => {
    const head = `  ${headOf(name, option)}`;
    const [first = '', ...rest] = wrapped(textOf(option), widthMax - optionColumn);
    const indent = ' '.repeat(optionColumn);
    const begin =
      head.length < optionColumn - 1 ? [head.padEnd(optionColumn) + first] : [head, indent + first];
    return [...begin, ...rest.map((line) => indent + line)];
  });
  return [title, ...lines];
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
