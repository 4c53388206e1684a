/** The statements of a store, for its table prefix. */
export type Statements = ReturnType<typeof statements>;

const isSlot = 'scope = ? AND key = ?';
const isHeld = `${isSlot} AND fencing_token = ? AND lease_expires_at_ms IS NOT NULL`;

export function statements(prefix: string) {
  const records = `${prefix}records`;
  const answers = `${prefix}answers`;
  return {
    find: `SELECT fingerprint, first_seen_at_ms, forget_at_ms, r.fencing_token AS token, lease_expires_at_ms,
        location, expires_at_ms, answer
      FROM ${records} r LEFT JOIN ${answers} a ON a.fencing_token = r.fencing_token
      WHERE r.scope = ? AND r.key = ?`,

    countToken: `UPDATE ${prefix}fencing SET last_token = last_token + 1`,
    lastToken: `SELECT last_token FROM ${prefix}fencing`,

    /** a new record, or one that replaces a forgotten one */
    begin: `INSERT OR REPLACE INTO ${records}
      (scope, key, fingerprint, first_seen_at_ms, forget_at_ms, fencing_token, lease_expires_at_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?)`,

    takeOver: `UPDATE ${records} SET fencing_token = ?, lease_expires_at_ms = ? WHERE ${isSlot}`,

    renew: `UPDATE ${records} SET lease_expires_at_ms = ? WHERE ${isHeld}`,

    complete: `UPDATE ${records} SET lease_expires_at_ms = NULL, location = ? WHERE ${isHeld}`,
    keepAnswer: `INSERT INTO ${answers} (fencing_token, scope, expires_at_ms, answer) VALUES (?, ?, ?, ?)`,
    isCompleted: `SELECT 1 FROM ${records}
      WHERE ${isSlot} AND fencing_token = ? AND lease_expires_at_ms IS NULL`,

    release: `DELETE FROM ${records} WHERE ${isHeld}`,

    sweep: {
      dropExpired: `DELETE FROM ${answers} WHERE fencing_token IN (
        SELECT fencing_token FROM ${answers} WHERE expires_at_ms <= ? ORDER BY expires_at_ms LIMIT ?)`,

      forget: `DELETE FROM ${records} WHERE (scope, key) IN (
        SELECT scope, key FROM ${records}
        WHERE forget_at_ms <= ? AND coalesce(lease_expires_at_ms <= ?, 1) ORDER BY forget_at_ms LIMIT ?)`,

      scopeAfter: `SELECT scope FROM ${answers} WHERE scope > ? ORDER BY scope LIMIT 1`,

      /** the fencing token of the newest answer of a scope beyond those that it keeps */
      newestBeyond: `SELECT fencing_token FROM ${answers} WHERE scope = ?
        ORDER BY fencing_token DESC LIMIT 1 OFFSET ?`,

      evict: `DELETE FROM ${answers} WHERE fencing_token IN (
        SELECT fencing_token FROM ${answers} WHERE scope = ? AND fencing_token <= ?
        ORDER BY fencing_token LIMIT ?)`,
    },
  };
}
