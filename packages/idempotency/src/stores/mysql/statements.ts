/** The statements of a store, for its table prefix. */
export type Statements = ReturnType<typeof statements>;

// In UTC: in a session time zone with summer time, one hour occurs twice in autumn. A test passes a time instead.
const now = `coalesce(?, timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6)) DIV 1000)`;
const isSlot = 'scope = ? AND `key` = ?';
const isHeld = `${isSlot} AND fencing_token = ? AND lease_expires_at_ms IS NOT NULL`;
const isOver = `forget_at_ms <= ${now} AND (lease_expires_at_ms IS NULL OR lease_expires_at_ms <= ${now})`;

export function statements(prefix: string) {
  const records = `\`${prefix}records\``;
  const columns = `fingerprint, first_seen_at_ms, forget_at_ms, fencing_token, lease_expires_at_ms, location,
    answer_expires_at_ms, answer`;
  return {
    /** now, scope, key. Always returns a row: the time of the server, and the record of the slot, if any */
    look: `SELECT clock.ms, ${columns}
      FROM (SELECT ${now} AS ms) clock LEFT JOIN ${records} ON ${isSlot}`,

    /** now, scope, key; waits for a transaction that is changing the record, and then sees its result */
    lock: `SELECT ${now}, ${columns} FROM ${records} WHERE ${isSlot} FOR UPDATE`,

    /** scope, key, fingerprint, now, now, retentionMs, now, leaseMs. The token is the AUTO_INCREMENT */
    begin: `INSERT INTO ${records}
      (scope, \`key\`, fingerprint, first_seen_at_ms, forget_at_ms, lease_expires_at_ms)
      VALUES (?, ?, ?, ${now}, ${now} + ?, ${now} + ?)`,

    /** scope, key, fingerprint, first seen, forget at, now, leaseMs */
    beginAgain: `INSERT INTO ${records}
      (scope, \`key\`, fingerprint, first_seen_at_ms, forget_at_ms, lease_expires_at_ms)
      VALUES (?, ?, ?, ?, ?, ${now} + ?)`,

    /** scope, key */
    remove: `DELETE FROM ${records} WHERE ${isSlot}`,

    /** now, leaseMs, scope, key, token */
    renew: `UPDATE ${records} SET lease_expires_at_ms = ${now} + ? WHERE ${isHeld}`,
    isHeld: `SELECT 1 FROM ${records} WHERE ${isHeld} LOCK IN SHARE MODE`,

    /** location, answer, now, answerTtlMs, scope, key, token */
    complete: `UPDATE ${records} SET location = ?, answer = ?, answer_expires_at_ms = ${now} + ?,
      lease_expires_at_ms = NULL WHERE ${isHeld}`,
    // Reads what is committed now: the snapshot of the caller's transaction may be older.
    isCompleted: `SELECT 1 FROM ${records}
      WHERE ${isSlot} AND fencing_token = ? AND lease_expires_at_ms IS NULL LOCK IN SHARE MODE`,

    release: `DELETE FROM ${records} WHERE ${isHeld}`,

    sweep: {
      /** now, how many */
      dropExpired: `UPDATE ${records} SET answer = NULL, answer_expires_at_ms = NULL
        WHERE answer_expires_at_ms <= ${now} ORDER BY answer_expires_at_ms LIMIT ?`,
      /** now, now, how many */
      forget: `DELETE FROM ${records} WHERE ${isOver} ORDER BY forget_at_ms LIMIT ?`,
      /** the scope after which to begin, how many scopes */
      countByScope: `SELECT scope, count(*) FROM ${records}
        WHERE scope > ? AND answer_expires_at_ms IS NOT NULL GROUP BY scope ORDER BY scope LIMIT ?`,
      /** scope, how many answers it keeps. Returns the token of the newest answer beyond them */
      newestBeyond: `SELECT fencing_token FROM ${records}
        WHERE scope = ? AND answer_expires_at_ms IS NOT NULL ORDER BY fencing_token DESC LIMIT 1 OFFSET ?`,
      /** scope, token of the last answer to remove, how many */
      evict: `UPDATE ${records} SET answer = NULL, answer_expires_at_ms = NULL
        WHERE scope = ? AND fencing_token <= ? AND answer_expires_at_ms IS NOT NULL
        ORDER BY fencing_token LIMIT ?`,
    },
  };
}
