import { readFile } from 'node:fs/promises';

/** What changed in a version. */
export interface ChangelogEntry {
  readonly version: string;
  /** `null`: not released yet */
  readonly date: string | null;
  readonly notes: readonly string[];
}

const file = new URL('../../../../CHANGELOG.md', import.meta.url);
let known: Promise<readonly ChangelogEntry[]> | undefined;

/** The changelog of this server, read once; empty if it was installed without the file. */
export async function changelog(): Promise<readonly ChangelogEntry[]> {
  known ??= readFile(file, 'utf8').then(parseChangelog, () => []);
  return await known;
}

/** Reads `## 1.2.0 - 2026-05-01` as a version, and each item of the lists below it as a note. */
function parseChangelog(text: string): readonly ChangelogEntry[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [title = '', ...lines] = section.split('\n');
      const [, version = title, date = null] = /^\[?([^\s\]]+)\]?(?: - (\S+))?/.exec(title) ?? [];
      return { version, date, notes: notesIn(lines.join('\n')) };
    });
}

function notesIn(text: string): string[] {
  return text
    .split(/^ *- /m)
    .slice(1)
    .map((note) => (note.split(/\n(?=#|\n)/)[0] ?? '').replaceAll(/\s+/g, ' ').trim());
}
