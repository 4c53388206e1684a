import assert from 'node:assert/strict';
import type { Api } from '../harness/api.ts';

// biome-ignore lint/suspicious/noExplicitAny: items of every list
type Answer = any;

/** All items of a list, page by page. */
export async function pages(api: Api, path: string, limit: number, member = 'items'): Promise<Answer[]> {
  const all: Answer[] = [];
  for (let cursor = ''; ; ) {
    const sign = path.includes('?') ? '&' : '?';
    const { status, json, text } = await api.get(
      `${path}${sign}limit=${limit}${cursor && `&cursor=${cursor}`}`,
    );
    assert.equal(status, 200, `${path}: ${text}`);
    all.push(...json[member]);
    if (json.nextCursor === null || json.hasMore === false) return all;
    cursor = encodeURIComponent(json.nextCursor);
  }
}
