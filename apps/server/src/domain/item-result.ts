/** The result of one item of a bulk, as the caller sees it. */
export type ItemResult =
  | {
      readonly index: number;
      readonly ok: true;
      readonly total: number;
      readonly status: 'recorded' | 'duplicate';
    }
  | { readonly index: number; readonly ok: false; readonly error: string; readonly message: string };
