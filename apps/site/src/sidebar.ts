import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folders of the docs, in the order in which a reader needs them. */
const groups = [
  ['Tutorial', 'tutorial'],
  ['How to', 'how-to'],
  ['How to: the library', 'how-to/idempotency'],
  ['How to: distribute', 'how-to/distribute'],
  ['Reference', 'reference'],
  ['Explanation', 'explanation'],
  ['Decisions', 'adr'],
] as const;

/** Links to all pages; each is named by its heading. */
export function sidebar(docs: string) {
  return groups.map(([text, folder]) => ({
    text,
    collapsed: folder === 'adr',
    items: readdirSync(join(docs, folder))
      .filter((name) => name.endsWith('.md') && name !== 'README.md')
      .map((name) => ({
        text: headingOf(join(docs, folder, name)),
        link: `/${folder}/${name.slice(0, -3)}`,
      })),
  }));
}

function headingOf(file: string): string {
  return /^# (.*)$/m.exec(readFileSync(file, 'utf8'))?.[1]?.replaceAll('`', '') ?? file;
}
