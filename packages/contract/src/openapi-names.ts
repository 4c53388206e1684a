/** What the document says of names that it does not have. */
export const namesDescription = [
  'Members of a body and parameters of a query that an operation does not have are ignored. The response header',
  '`Ignored-Parameters` lists them, separated by `, `: `page, items[3].foo`, in percent-encoding, at most 16 of them and',
  'then `...`. More than 100 of them in one object are refused. With `REFUSE_UNKNOWN_PARAMETERS=true` the server',
  'refuses all of them.',
  '',
  'A name that seems to be a misspelling is refused with `400 invalid_request`, or makes its item `invalid_item`: so no guard is',
  'lost to a typo. Only its letters a-z and digits count, in lower case. It is a misspelling of a name that was not sent, if',
  'both are then equal, or if it has one typing mistake where the right name has 3 to 5 letters, or at most two where it is',
  'longer. A typing mistake is a letter too many, one too few, another one, or two neighbours that changed places. Right names',
  'are those of the same object, and the words in `x-other-words` of a member that was not sent, but nothing that is only like such a word; at the top of a body, those of the query, too, and in a query, those of the body; and',
  'everywhere in a write the headers `Idempotency-Key`, and `If-Match` where the operation takes it.',
  '',
  'A header of a write that seems to be meant for `Idempotency-Key` (or for `If-Match` where the operation takes it), such as',
  '`X-Idempotency-Key`, is ignored and listed if the right one is not sent. With `REFUSE_UNKNOWN_PARAMETERS=true` it is refused.',
  '',
  'A query parameter with `x-clamped` is brought within its bounds; if it is sent twice, the first counts. One with',
  '`x-ignored-if-invalid` whose value is not valid is ignored and listed, too.',
].join('\n');

/** A schema as clients may send it: objects may have other names. */
export function openToOthers(schema: object): Readonly<Record<string, unknown>> {
  const kept = Object.entries(schema).filter(
    ([keyword, value]) => !(keyword === 'additionalProperties' && value === false),
  );
  return Object.fromEntries(kept.map(([keyword, value]) => [keyword, opened(value)]));
}

function opened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(opened);
  return typeof value === 'object' && value !== null ? openToOthers(value) : value;
}
