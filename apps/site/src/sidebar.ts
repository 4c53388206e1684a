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
] as const;

/** Every page contains all links of its sidebar. The many decisions therefore have a separate sidebar. */
export function sidebars(docs: string) {
  return {
    '/adr/': [groupOf(docs, 'Decisions', 'adr')],
    '/': [
      ...groups.map(([text, folder]) => groupOf(docs, text, folder)),
      { text: 'Decisions', link: '/adr/', items: [] },
    ],
  };
}

/** Links to the pages of a folder; each is named by its heading. */
function groupOf(docs: string, text: string, folder: string) {
  return {
    text,
    items: readdirSync(join(docs, folder))
      .filter((name) => name.endsWith('.md') && name !== 'README.md')
      .map((name) => ({
        text: headingOf(join(docs, folder, name)),
        link: `/${folder}/${name.slice(0, -3)}`,
      })),
  };
}

function headingOf(file: string): string {
  return /^# (.*)$/m.exec(readFileSync(file, 'utf8'))?.[1]?.replaceAll('`', '') ?? file;
}
