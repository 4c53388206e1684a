import { profiles } from '../profile.ts';
import { exitTexts, type Option, optionGroups } from './option-table.ts';

const usage = 'billonce-conformance URL --request FILE [OPTION …]';
const width = 100;
const textColumn = 30;

/** How an option is written: `--count URL|SQL|COMMAND`. */
export function headOf(name: string, option: Option): string {
  return option.value === undefined ? `--${name}` : `--${name} ${option.value}`;
}

/** The text of `--help`. */
export function helpText(): string {
  const groups = optionGroups.map(({ title, options }) => {
    const entries: readonly (readonly [string, Option])[] = Object.entries(options);
    return `${title}:\n${entries.map(([name, option]) => entry(headOf(name, option), option.text)).join('')}`;
  });
  const names = Object.entries(profiles).map(([name, { title }]) => entry(name, title));
  const exits = exitTexts.map(([code, text]) => entry(String(code), text));
  return [
    `usage: ${usage}\n\nChecks from outside whether an operation of an HTTP API is idempotent under its key.\n`,
    ...groups,
    `Profiles:\n${names.join('')}`,
    `Ends with:\n${exits.join('')}`,
  ].join('\n');
}

function entry(head: string, text: string): string {
  const [first = '', ...others] = wrapped(text, width - textColumn);
  const indent = ' '.repeat(textColumn);
  const start = `  ${head}`;
  const lines = others.map((line) => `${indent}${line}\n`).join('');
  if (start.length >= textColumn) return `${start}\n${indent}${first}\n${lines}`;
  return `${start.padEnd(textColumn)}${first}\n${lines}`;
}

function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
