import type { JournalEntry } from '../journal.ts';

/** The content of one line of a journal file, after the first line, which identifies the file. */
export type JournalLine =
  | { readonly kind: 'begun'; readonly operation: string; readonly entry: JournalEntry }
  | { readonly kind: 'ended'; readonly operation: string; readonly key: string };

/** The result of reading a journal file. */
export type ParsedJournal =
  | { readonly kind: 'journal'; readonly lines: readonly JournalLine[] }
  | { readonly kind: 'corrupt'; readonly lineNumber: number };

/** The first line of every journal file, so that no other file is mistaken for one and overwritten. */
export const journalHeader = `${JSON.stringify({ format: 'billonce-client-journal', version: 1 })}\n`;

/** The text of a line, with its line break. */
export function printJournalLine(line: JournalLine): string {
  const { operation } = line;
  if (line.kind === 'ended') return `${JSON.stringify({ ended: operation, key: line.key })}\n`;
  const { key, method, url, bodyDigest, begunAtMs } = line.entry;
  return `${JSON.stringify({ begun: operation, key, method, url, bodyDigest, begunAtMs })}\n`;
}

/**
 * Reads a journal file. Unreadable lines at its end were being written when the process or the machine stopped. `begin`
 * did not resolve for them, so they are ignored. An unreadable line in the middle is corruption: the key of an
 * operation may be lost, and continuing would send it with another key.
 */
export function parseJournal(text: string): ParsedJournal {
  if (text === '') return { kind: 'journal', lines: [] };
  if (!text.startsWith(journalHeader)) return { kind: 'corrupt', lineNumber: 1 };
  const texts = text.slice(journalHeader.length).split('\n');
  // Text after the last line break was not written completely.
  const parsed = texts.slice(0, -1).map(parseJournalLine);
  const readable = parsed.slice(0, parsed.findLastIndex((line) => line !== undefined) + 1);
  const lines: JournalLine[] = [];
  for (const [at, line] of readable.entries()) {
    if (line === undefined) return { kind: 'corrupt', lineNumber: at + 2 };
    lines.push(line);
  }
  return { kind: 'journal', lines };
}

function parseJournalLine(text: string): JournalLine | undefined {
  const line = parseObject(text);
  if (line === undefined) return undefined;
  const { begun, ended, key, method, url, bodyDigest, begunAtMs } = line;
  if (typeof key !== 'string') return undefined;
  if (typeof ended === 'string') return { kind: 'ended', operation: ended, key };
  if (typeof begun !== 'string' || typeof method !== 'string' || typeof url !== 'string') return undefined;
  if (typeof bodyDigest !== 'string' || typeof begunAtMs !== 'number') return undefined;
  return { kind: 'begun', operation: begun, entry: { key, method, url, bodyDigest, begunAtMs } };
}

interface ParsedLine {
  readonly begun?: unknown;
  readonly ended?: unknown;
  readonly key?: unknown;
  readonly method?: unknown;
  readonly url?: unknown;
  readonly bodyDigest?: unknown;
  readonly begunAtMs?: unknown;
}

function parseObject(text: string): ParsedLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
