/** Parts of the paths of the files that take longest. They run first, so that no processor waits for one of them at the end. */
const longest: readonly string[] = [
  'test/postgres/suite-',
  'test/export-command',
  'test/crash',
  'test/postgres/chaos',
  'test/postgres/failover',
  'test/atomic/',
  'test/redis/',
  'test/fuzz',
  'test/soak',
  'test/postgres/',
  'test/model',
  'test/reversals',
  'test/shutdown',
  'test/start-faults',
  'test/webhooks',
  'test/ingest-crash',
  'test/docs/',
  'test/adapters/',
  'test/package',
];

/** The files in the order in which they run: those that take longest first, the others by their names. */
export function longestFirst(files: readonly string[]): string[] {
  const places = new Map(files.map((file) => [file, longest.findIndex((part) => file.includes(part))]));
  const placeOf = (file: string) => {
    const place = places.get(file) ?? -1;
    return place === -1 ? longest.length : place;
  };
  return [...files].sort((a, b) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1));
}
