import Type from 'typebox';
import { bounds } from '../bounds.ts';
import { explained } from './explained-pattern.ts';

export const Cursor = Type.String({
  description: 'Opaque: `nextCursor` of the previous page.',
  minLength: 1,
  maxLength: bounds.cursorLength,
  pattern: explained('^[A-Za-z0-9_-]+$', 'must be a `nextCursor` that this list returned'),
  examples: ['aWQgMDE5YTdmNmU'],
});

/** A limit on the items of an answer. A value out of its bounds is brought within them (`x-clamped`). */
export function clampedLimit(maximum: number, fallback: number) {
  return Type.Integer({
    description: `The most items of the answer. A fraction is cut off, a value out of bounds is brought within them, and a value that is not a number counts as ${fallback}.`,
    minimum: 1,
    maximum,
    default: fallback,
    'x-clamped': true,
  });
}

export const PageLimit = clampedLimit(bounds.pageItems, bounds.pageItemsDefault);

/** How many items a page leaves out, for clients that count pages. A cursor takes precedence. */
export const Offset = Type.Integer({
  description:
    'How many items to leave out. With `cursor` it has no effect. Items that are added or removed meanwhile shift the pages; a cursor avoids this.',
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  default: 0,
  'x-clamped': true,
});

const hasMore = Type.Boolean({
  description:
    'Whether there are more items now. It can be true for a short page, if a filter matches few items.',
});

/** The end of a page of a list that a client can follow. */
export const followedPage = {
  nextCursor: Type.String({
    ...Cursor,
    description:
      'Send it as `cursor`: it continues the list, also after its last page and for an empty list.',
  }),
  hasMore,
};

/** The end of a page of a list that AgentPay also has: its clients read until there is no cursor. */
export const pagedToEnd = {
  nextCursor: Type.Union([Cursor, Type.Null()], {
    description: 'Send it as `cursor` for the next page; null after the last one.',
  }),
  hasMore,
};

export const PageFilter = Type.Object(
  { cursor: Type.Optional(Cursor), limit: Type.Optional(PageLimit) },
  { additionalProperties: false },
);

/** The filter of lists that a client may expect to get whole. */
export const LongPageFilter = Type.Object(
  { cursor: Type.Optional(Cursor), limit: Type.Optional(clampedLimit(1000, 1000)) },
  { additionalProperties: false },
);
