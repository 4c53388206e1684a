import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { leavesDocs } from '../src/links.ts';
import { sidebars } from '../src/sidebar.ts';
import { slugOf } from '../src/slug.ts';

const docs = fileURLToPath(new URL('../../../docs', import.meta.url));
const pages = globSync('**/*.md', { cwd: docs });

/** A page without its code, because brackets in code are not links. */
function proseOf(page: string): string {
  const text = readFileSync(join(docs, page), 'utf8');
  return text.replace(/^```.*?^```/gms, '').replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ' '));
}

function linksOf(page: string): string[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, href = '']) => href);
}

function anchorsOf(file: string): ReadonlySet<string> {
  const text = readFileSync(file, 'utf8').replace(/^```.*?^```/gms, '');
  return new Set([...text.matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) => slugOf(heading)));
}

test('every link in the docs leads to a file and a heading that exist, on a Git host', () => {
  let count = 0;
  for (const page of pages) {
    for (const href of linksOf(page).filter((one) => !/^[a-z]+:/.test(one))) {
      const [path = '', anchor] = href.split('#');
      const target = path === '' ? join(docs, page) : join(docs, dirname(page), path);
      assert.ok(existsSync(target), `${page} links to ${href}`);
      if (anchor !== undefined && target.endsWith('.md'))
        assert.ok(anchorsOf(target).has(anchor), `${page} links to ${href}, which has no such heading`);
      count += 1;
    }
  }
  assert.ok(count > 300, String(count));
});

test('on the site, a link that stays in the docs is kept, and one to another file of the repository is text', () => {
  for (const page of pages) {
    for (const href of linksOf(page).filter((one) => !/^(?:[a-z]+:|#)/.test(one))) {
      const target = relative(docs, join(docs, dirname(page), href));
      assert.equal(leavesDocs(page, href), target.startsWith('..'), `${page} links to ${href}`);
    }
  }
});

test('every page is in the navigation of the site, under its heading', () => {
  const items = Object.values(sidebars(docs)).flatMap((groups) => groups.flatMap((group) => group.items));
  const expected = pages.filter((page) => !page.endsWith('README.md')).map((page) => `/${page.slice(0, -3)}`);
  assert.deepEqual(items.map(({ link }) => link).toSorted(), expected.toSorted());
  for (const { text, link } of items) assert.ok(!text.startsWith('/'), link);
});

test('the first page of the docs links to every how-to, reference and explanation', () => {
  const linked = new Set(linksOf('README.md'));
  const wanted = pages.filter(
    (page) => /^(?:how-to|reference|explanation|tutorial)\//.test(page) && !page.includes('/distribute/'),
  );
  for (const page of wanted) assert.ok(linked.has(page), page);
});
