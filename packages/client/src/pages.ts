/** How a page of a list ends. */
interface PageEnd {
  readonly nextCursor: string | null;
  readonly hasMore: boolean;
}

/**
 * The items of a list, page by page; a page is read when the items of the previous page are used up. The list ends with
 * the last item that exists now.
 */
export async function* itemsOf<Query extends object, Page extends PageEnd, Item>(
  query: Query,
  readPage: (query: Query & { readonly cursor?: string }) => Promise<Page>,
  itemsIn: (page: Page) => readonly Item[],
): AsyncGenerator<Item, void, undefined> {
  for (let asked: Query & { readonly cursor?: string } = query; ; ) {
    const page = await readPage(asked);
    yield* itemsIn(page);
    if (!page.hasMore || page.nextCursor === null) return;
    asked = { ...query, cursor: page.nextCursor };
  }
}
