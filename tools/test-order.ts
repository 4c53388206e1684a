/** Parts of the paths of the slowest files. They run first, so that no processor idles at the end while one of them runs. */
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

/** The files in the order in which they run: the slowest first, the others by name. */
export function longestFirst(files: readonly string[]): string[] {
  return [...files].sort((a, b) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1));
}

/** Whether a file is one of the slowest. */
export function takesLong(file: string): boolean {
  return placeOf(file) < longest.length;
}

function placeOf(file: string): number {
  const place = longest.findIndex((part) => file.includes(part));
  return place === -1 ? longest.length : place;
}
