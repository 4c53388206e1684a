/** A page of a list of the server. */
interface Page {
  readonly nextCursor: string | null;
  readonly hasMore: boolean;
}

/** The items of a list that the SDK has no method for, page by page. */
export async function* paged<P extends Page, Item>(
  readPage: (at: { readonly cursor?: string }) => Promise<P>,
  itemsIn: (page: P) => readonly Item[],
): AsyncGenerator<Item, void, undefined> {
  for (let at: { readonly cursor?: string } = {}; ; ) {
    const page = await readPage(at);
    yield* itemsIn(page);
    if (!page.hasMore || page.nextCursor === null) return;
    at = { cursor: page.nextCursor };
  }
}
