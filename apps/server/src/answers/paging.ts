/** How a page ends of a list that can be followed. */
export interface FollowedEnd {
  readonly nextCursor: string;
  readonly hasMore: boolean;
}

/** How a page ends of a list that has a last page. */
export interface PageEnd {
  readonly nextCursor: string | null;
  readonly hasMore: boolean;
}
