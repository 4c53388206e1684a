/**
 * Refuses books whose schema this version does not know.
 *
 * @throws {Error} if a newer version of Billonce has migrated them
 */
export function refuseNewerSchema(version: number, known: number): void {
  if (version <= known) return;
  throw new Error(
    `the database has schema ${version}, which a newer version of Billonce made; this version knows schemas up to ` +
      `${known}: use the newer version`,
  );
}

/**
 * Refuses books that cannot be read as they are, because only a server migrates.
 *
 * @throws {Error} if the schema is newer or older than the one that this version reads
 */
export function refuseOtherSchema(version: number, known: number): void {
  refuseNewerSchema(version, known);
  if (version === known) return;
  throw new Error(
    `the database has schema ${version}, and this version reads schema ${known}: start this version's server on it ` +
      'once, which migrates it, or use the version that wrote it',
  );
}
