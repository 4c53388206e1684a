/** Parts of the paths of the files that take longest. They run first, so that no processor waits for one of them at the end. */
const longest: readonly string[] = [
  'test/postgres/suite-',
  'test/export-command',
  'test/crash',
  'test/postgres/chaos',
  'test/postgres/history',
  'test/postgres/failover',
  'test/postgres/faults',
  'test/atomic/crash-',
  'test/atomic/examples',
  'test/atomic/two-processes-',
  'test/redis/',
  'test/fuzz.',
  'soak.test',
  'test/postgres/fuzz',
  'test/postgres/instances',
  'test/move-from-agentpay',
  'test/model',
  'test/reversals',
  'test/shutdown',
  'test/start-faults',
  'test/webhooks',
  'test/ingest-crash',
  'test/docs/',
  'test/package',
];

/** The files in the order in which they run: those that take longest first, the others by their names. */
export function longestFirst(files: readonly string[]): string[] {
  return [...files].sort((a, b) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1));
}

/** Whether a file is one of those that take longest. */
export function takesLong(file: string): boolean {
  return placeOf(file) < longest.length;
}

function placeOf(file: string): number {
  const place = longest.findIndex((part) => file.includes(part));
  return place === -1 ? longest.length : place;
}
