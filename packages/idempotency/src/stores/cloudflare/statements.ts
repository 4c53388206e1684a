/** A parameter of a statement: digests, answers and locations as text, which both engines transport unchanged. */
export type CloudflareValue = string | number | null;

/** A statement with its parameters. */
export interface CloudflareStatement {
  readonly sql: string;
  readonly values: readonly CloudflareValue[];
}

/** A row, by column names. */
export type CloudflareRow = Readonly<Record<string, unknown>>;

/** The statements of a store, for its table prefix. */
export type Statements = ReturnType<typeof statements>;

// The clock of the database; a test passes a time instead. It does not advance within one statement.
const now = "coalesce(?, CAST(unixepoch('subsec') * 1000 AS INTEGER))";
const isSlot = 'scope = ? AND key = ?';
const isHeld = `${isSlot} AND fencing_token = ? AND lease_expires_at_ms IS NOT NULL`;

/** Numbered from 1, forward only: a released migration is never edited. */
export function ddlStatements(prefix: string): readonly string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${prefix}migrations (version INTEGER PRIMARY KEY) STRICT`,
    `CREATE TABLE IF NOT EXISTS ${prefix}fencing (id INTEGER PRIMARY KEY CHECK (id = 1), last_token INTEGER NOT NULL) STRICT`,
    `INSERT OR IGNORE INTO ${prefix}fencing (id, last_token) VALUES (1, 0)`,
    `CREATE TABLE IF NOT EXISTS ${prefix}records (
      scope TEXT NOT NULL,
      key TEXT NOT NULL,
      fingerprint TEXT NOT NULL,
      first_seen_at_ms INTEGER NOT NULL,
      forget_at_ms INTEGER NOT NULL,
      fencing_token INTEGER NOT NULL,
      lease_expires_at_ms INTEGER, -- NULL once the operation has ended
      claim_id TEXT NOT NULL, -- of the claim that holds the fencing token
      location TEXT,
      answer_expires_at_ms INTEGER,
      answer TEXT,
      answer_is_base64 INTEGER,
      PRIMARY KEY (scope, key)
    ) STRICT, WITHOUT ROWID`,
    `CREATE INDEX IF NOT EXISTS ${prefix}records_forget_at_ms ON ${prefix}records (forget_at_ms)`,
    `CREATE INDEX IF NOT EXISTS ${prefix}records_answer_expires_at_ms ON ${prefix}records (answer_expires_at_ms)
      WHERE answer_expires_at_ms IS NOT NULL`,
    `INSERT OR IGNORE INTO ${prefix}migrations (version) VALUES (1)`,
  ];
}

export function statements(prefix: string) {
  const records = `${prefix}records`;
  const fencing = `${prefix}fencing`;
  const slotsOf = (where: string, order: string) =>
    `(scope, key) IN (SELECT scope, key FROM ${records} WHERE ${where} ORDER BY ${order} LIMIT ?)`;
  const isOver = `forget_at_ms <= excluded.first_seen_at_ms
    AND coalesce(lease_expires_at_ms <= excluded.first_seen_at_ms, 1)`;
  return {
    /**
     * now, scope, key, fingerprint, retentionMs, leaseMs, claimId, takeOver. Takes the slot if it may be taken, with
     * the token after the last one. The statement that follows in the same transaction uses up that token.
     */
    take: `INSERT INTO ${records}
        (scope, key, fingerprint, first_seen_at_ms, forget_at_ms, fencing_token, lease_expires_at_ms, claim_id)
      SELECT ?2, ?3, ?4, clock.ms, clock.ms + ?5, last_token + 1, clock.ms + ?6, ?7
      FROM ${fencing}, (SELECT ${now.replace('?', '?1')} AS ms) clock
      WHERE last_token < ${Number.MAX_SAFE_INTEGER}
      ON CONFLICT (scope, key) DO UPDATE SET
        fingerprint = iif(${isOver}, excluded.fingerprint, fingerprint),
        forget_at_ms = iif(${isOver}, excluded.forget_at_ms, forget_at_ms),
        first_seen_at_ms = iif(${isOver}, excluded.first_seen_at_ms, first_seen_at_ms),
        fencing_token = excluded.fencing_token,
        lease_expires_at_ms = excluded.lease_expires_at_ms,
        claim_id = excluded.claim_id,
        location = NULL, answer_expires_at_ms = NULL, answer = NULL, answer_is_base64 = NULL
      WHERE (${isOver})
        OR (lease_expires_at_ms <= excluded.first_seen_at_ms AND fencing_token = ?8)`,

    /** scope, key; writes only if the slot was just taken */
    useToken: `UPDATE ${fencing}
      SET last_token = (SELECT fencing_token FROM ${records} WHERE ${isSlot})
      WHERE last_token < (SELECT fencing_token FROM ${records} WHERE ${isSlot})`,

    /** now, scope, key. Always returns a row: the time, the last token, and the record of the slot, if any */
    look: `SELECT clock.ms AS now, last_token AS lastToken, fingerprint, first_seen_at_ms AS firstSeen,
        forget_at_ms AS forgetAt, fencing_token AS token, lease_expires_at_ms AS leaseUntil, claim_id AS claimId,
        location, answer_expires_at_ms AS answerUntil, answer, answer_is_base64 AS isBase64
      FROM ${fencing}, (SELECT ${now} AS ms) clock LEFT JOIN ${records} ON ${isSlot}`,

    /** now, leaseMs, scope, key, token */
    renew: `UPDATE ${records} SET lease_expires_at_ms = ${now} + ? WHERE ${isHeld} RETURNING 1 AS yes`,

    /** location, answer, isBase64, now, answerTtlMs, scope, key, token */
    complete: `UPDATE ${records} SET location = ?, answer = ?, answer_is_base64 = ?,
      answer_expires_at_ms = ${now} + ?, lease_expires_at_ms = NULL WHERE ${isHeld}`,
    /** scope, key, token */
    isCompleted: `SELECT 1 AS yes FROM ${records}
      WHERE ${isSlot} AND fencing_token = ? AND lease_expires_at_ms IS NULL`,

    /** scope, key, token */
    release: `DELETE FROM ${records} WHERE ${isHeld} RETURNING 1 AS yes`,

    /** now, how many */
    dropExpired: `UPDATE ${records}
      SET answer = NULL, answer_is_base64 = NULL, answer_expires_at_ms = NULL
      WHERE ${slotsOf(`answer_expires_at_ms <= ${now}`, 'answer_expires_at_ms')} RETURNING 1 AS yes`,
    /** now, now, how many */
    forget: `DELETE FROM ${records} WHERE ${slotsOf(
      `forget_at_ms <= ${now} AND coalesce(lease_expires_at_ms <= ${now}, 1)`,
      'forget_at_ms',
    )} RETURNING 1 AS yes`,
  };
}
