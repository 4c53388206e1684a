import { printable } from './printable.ts';

const levels: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};
/** Not shown on a terminal, because they are those of this process. */
const leftOut: ReadonlySet<string> = new Set(['time', 'level', 'msg', 'err', 'pid', 'hostname']);

/**
 * A line of the JSON log as text for a person: time, level, message, the other members, and the stack of an error on further
 * lines.
 */
export function textOfLogLine(line: string): string {
  const entry = parseEntry(line);
  const { time, level, msg, err } = entry;
  const when = typeof time === 'number' ? new Date(time).toISOString().slice(11, 23) : '';
  const name = typeof level === 'number' ? (levels[level] ?? String(level)) : '';
  const members = Object.entries(entry).filter(([member]) => !leftOut.has(member));
  const head = [
    when,
    name.padEnd(5),
    wordOf(msg ?? ''),
    ...members.map(([key, value]) => `${key}=${worthOf(value)}`),
  ];
  const lines = [head.join(' '), ...(err === undefined ? [] : faultLines(err))];
  return lines.map((one) => `${printable(one)}\n`).join('');
}

function parseEntry(line: string): Readonly<Record<string, unknown>> {
  const parsed: unknown = JSON.parse(line);
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : { msg: line.trim() };
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function worthOf(value: unknown): string {
  return typeof value === 'string' && /^[\w./:@+-]+$/.test(value) ? value : JSON.stringify(value);
}

function faultLines(fault: unknown): string[] {
  const { type, code, message, stack, frames, cause, ...others } = { ...membersOf(fault) };
  const names = [type, code].filter((name) => name !== undefined).map(wordOf);
  const said = wordOf(message ?? '');
  const more = Object.entries(others).map(([key, value]) => `${key}=${worthOf(value)}`);
  const head = [`${names.join(' ')}${said === '' ? '' : `: ${said}`}`, ...more].join(' ');
  // A stack begins with the message, which may have several lines.
  const places = wordOf(stack ?? frames ?? '')
    .split('\n')
    .filter((frame) => /^\s+at /.test(frame));
  const below = cause === undefined ? [] : ['caused by', ...faultLines(cause)];
  return [head, ...places.map((frame) => frame.trim()), ...below].map((one) => `    ${one}`);
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : { message: value };
}
