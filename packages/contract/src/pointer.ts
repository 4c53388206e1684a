const nameLengthMax = 64;

/** A JSON pointer (RFC 6901) to a member. Its name may come from a client: it is shown, but shortened to a limit. */
export function pointerTo(at: string, name: string): string {
  const shown = name.length <= nameLengthMax ? name : `${name.slice(0, nameLengthMax)}…`;
  return `${at}/${shown.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
