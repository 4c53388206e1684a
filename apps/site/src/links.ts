import type { MarkdownRenderer } from 'vitepress';

/**
 * Leaves out links to files of the repository that are not pages, such as `../../deploy`: they lead somewhere on a Git
 * host, but not on the site. Their text stays.
 */
export function withoutLinksOutside(md: MarkdownRenderer): void {
  md.core.ruler.push('links-outside', ({ tokens, env }) => {
    const page: unknown = Reflect.get(Object(env), 'relativePath');
    for (const { children } of tokens) {
      let isOutside = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open') isOutside = leavesDocs(String(page), token.attrGet('href') ?? '');
        if (!isOutside || !token.type.startsWith('link_')) continue;
        token.tag = 'span';
        token.attrs = null;
        if (token.type === 'link_close') isOutside = false;
      }
    }
  });
}

/** Whether a link of a page in `docs` leads out of that folder. */
export function leavesDocs(page: string, href: string): boolean {
  if (/^(?:[a-z]+:|#|\/)/.test(href)) return false;
  const root = 'https://docs.invalid/one/two/three/';
  return !new URL(href, root + page).href.startsWith(root);
}
