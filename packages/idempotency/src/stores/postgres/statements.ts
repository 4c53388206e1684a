/** The statements of a store, for the schema of its tables. */
export type Statements = ReturnType<typeof statements>;

/** The time of the database, unless a test passes its own. */
function nowFrom(parameter: string): string {
  return `now AS MATERIALIZED (
    SELECT coalesce(${parameter}::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS ms
  )`;
}

const isSlot = `scope = decode($1, 'hex') AND key = decode($2, 'hex')`;
const isHeld = `${isSlot} AND fencing_token = $3::bigint AND lease_expires_at_ms IS NOT NULL`;
/** $1 and $2 are the slot, $3 the fencing token unless noted otherwise. */
export function statements(schema: string) {
  const records = `"${schema}".records`;
  const answers = `"${schema}".answers`;
  const renewals = `"${schema}".renewals`;
  // The token is drawn before the row is written. If a whole claim and release of the same slot happens in between,
  // this claim may store the smaller token. A resource that remembers the greater one then refuses it, which is safe.
  const nextToken = `nextval('"${schema}".fencing_tokens')`;
  const lease = leaseOf(renewals);
  const lapsed = (held: string) => lapsedOf(held, renewals);
  const recordColumns = `encode(fingerprint, 'hex') AS fingerprint, first_seen_at_ms, forget_at_ms, r.fencing_token,
    CASE WHEN r.lease_expires_at_ms IS NOT NULL THEN ${lease} END AS lease, location, expires_at_ms, answer`;
  const recordTables = `${records} r LEFT JOIN ${answers} a
    ON a.scope = r.scope AND a.fencing_token = r.fencing_token`;
  const found = `found AS MATERIALIZED (
    SELECT ${recordColumns} FROM ${recordTables}
    WHERE r.scope = decode($1, 'hex') AND key = decode($2, 'hex')
  )`;
  return {
    /** $3 fingerprint, $4 leaseMs, $5 retentionMs, $6 now. No row: another claim inserted the record after we looked */
    claim: `WITH ${nowFrom('$6')}, ${found}, claimed AS (
        INSERT INTO ${records}
          (scope, key, fingerprint, first_seen_at_ms, forget_at_ms, fencing_token, lease_expires_at_ms)
        SELECT decode($1, 'hex'), decode($2, 'hex'), decode($3, 'hex'), ms, ms + $5::bigint, ${nextToken},
          ms + $4::bigint
        FROM now WHERE NOT EXISTS (SELECT FROM found)
        ON CONFLICT (scope, key) DO NOTHING
        RETURNING fencing_token
      )
      SELECT ms, fencing_token AS claimed, NULL AS fingerprint, NULL AS seen, NULL AS forget, NULL AS token,
        NULL AS lease, NULL AS location, NULL AS expires, NULL AS answer
      FROM now, claimed
      UNION ALL SELECT ms, NULL, found.* FROM now, found`,

    inspect: `WITH ${nowFrom('$3')}, ${found} SELECT ms, NULL AS claimed, found.* FROM now, found`,

    /** $4 leaseMs, $5 now. No row: another claim was faster, or the operation has ended */
    takeOver: `WITH ${nowFrom('$5')}, held AS MATERIALIZED (
        SELECT fencing_token, lease_expires_at_ms FROM ${records} WHERE ${isHeld} FOR UPDATE
      ), ${lapsed('held')}
      UPDATE ${records} SET fencing_token = ${nextToken}, lease_expires_at_ms = now.ms + $4::bigint
      FROM now WHERE ${isHeld} AND EXISTS (SELECT FROM lapsed)
      RETURNING now.ms, fencing_token`,

    /** $4 leaseMs, $5 now, $6 fingerprint, $7 retentionMs. No row: another claim was faster */
    replaceForgotten: `WITH ${nowFrom('$5')}, held AS MATERIALIZED (
        SELECT fencing_token, lease_expires_at_ms FROM ${records} WHERE ${isHeld} FOR UPDATE
      ), ${lapsed('held')}
      UPDATE ${records} SET fencing_token = ${nextToken}, lease_expires_at_ms = now.ms + $4::bigint,
        fingerprint = decode($6, 'hex'), first_seen_at_ms = now.ms, forget_at_ms = now.ms + $7::bigint,
        location = NULL
      FROM now WHERE ${isSlot} AND fencing_token = $3::bigint AND forget_at_ms <= now.ms
        AND (lease_expires_at_ms IS NULL OR EXISTS (SELECT FROM lapsed))
      RETURNING now.ms, fencing_token`,

    // The record stays unchanged: otherwise a transaction under REPEATABLE READ or SERIALIZABLE could not complete it
    // if it was renewed after the transaction had begun. The lock prevents a claim from taking it over in between.
    /** $4 leaseMs, $5 now */
    renew: `WITH ${nowFrom('$5')}, held AS MATERIALIZED (
        SELECT fencing_token FROM ${records} WHERE ${isHeld} FOR SHARE
      )
      INSERT INTO ${renewals} (fencing_token, lease_expires_at_ms)
      SELECT fencing_token, ms + $4::bigint FROM held, now
      ON CONFLICT (fencing_token) DO UPDATE SET lease_expires_at_ms = excluded.lease_expires_at_ms
      RETURNING 1`,

    /** $4 location, $5 answerTtlMs, $6 answer, $7 now */
    complete: `WITH ${nowFrom('$7')}, ended AS (
        UPDATE ${records} SET lease_expires_at_ms = NULL, location = $4::text WHERE ${isHeld}
        RETURNING scope, fencing_token
      ), kept AS (
        INSERT INTO ${answers} (scope, fencing_token, expires_at_ms, answer)
        SELECT scope, fencing_token, ms + $5::bigint, $6::bytea FROM ended, now WHERE $6::bytea IS NOT NULL
      )
      SELECT 1 FROM ended`,

    isCompleted: `SELECT 1 FROM ${records}
      WHERE ${isSlot} AND fencing_token = $3::bigint AND lease_expires_at_ms IS NULL`,

    release: `DELETE FROM ${records} WHERE ${isHeld} RETURNING 1`,

    sweep: sweepStatements(records, answers, renewals),
  };
}

/** The time at which the lease of a record `r` lapses: from its last renewal, otherwise from its claim. */
function leaseOf(renewals: string): string {
  return `coalesce(
    (SELECT v.lease_expires_at_ms FROM ${renewals} v WHERE v.fencing_token = r.fencing_token),
    r.lease_expires_at_ms
  )`;
}

/**
 * The tokens of those locked records whose lease has lapsed. A renewal that was committed while the statement waited
 * for the lock is not in its snapshot. The insertion conflicts with it nevertheless, and returns its time.
 */
function lapsedOf(held: string, renewals: string): string {
  return `leases AS (
        INSERT INTO ${renewals} AS v (fencing_token, lease_expires_at_ms)
        SELECT fencing_token, lease_expires_at_ms FROM ${held} WHERE lease_expires_at_ms IS NOT NULL
        ON CONFLICT (fencing_token) DO UPDATE SET lease_expires_at_ms = v.lease_expires_at_ms
        RETURNING v.fencing_token, v.lease_expires_at_ms
      ), lapsed AS (
        SELECT fencing_token FROM leases WHERE lease_expires_at_ms <= (SELECT ms FROM now)
      )`;
}

/** The longest possible lease, in milliseconds. */
const leaseMsMost = 86_400_000;

/** Sweeps that run at the same time share the work: each skips the rows that another has locked. */
function sweepStatements(records: string, answers: string, renewals: string) {
  const counted = (due: string, from: string, isDue: string) =>
    `due AS MATERIALIZED (${due} FOR UPDATE SKIP LOCKED),
      gone AS (DELETE FROM ${from} USING due WHERE ${isDue} RETURNING 1)
    SELECT count(*) FROM gone`;
  const isDueAnswer = 'a.scope = due.scope AND a.fencing_token = due.fencing_token';
  return {
    /** $1 how many at most, $2 now */
    dropExpired: `WITH ${nowFrom('$2')}, ${counted(
      `SELECT scope, fencing_token FROM ${answers} WHERE expires_at_ms <= (SELECT ms FROM now)
        ORDER BY expires_at_ms LIMIT $1::bigint`,
      `${answers} a`,
      isDueAnswer,
    )}`,

    /** $1 how many at most, $2 now */
    forget: `WITH ${nowFrom('$2')}, due AS MATERIALIZED (
        SELECT scope, key, fencing_token, lease_expires_at_ms FROM ${records} r
        WHERE forget_at_ms <= (SELECT ms FROM now)
          AND (r.lease_expires_at_ms IS NULL OR ${leaseOf(renewals)} <= (SELECT ms FROM now))
        ORDER BY forget_at_ms LIMIT $1::bigint FOR UPDATE SKIP LOCKED
      ), ${lapsedOf('due', renewals)}, gone AS (
        DELETE FROM ${records} r USING due
        WHERE r.scope = due.scope AND r.key = due.key
          AND (due.lease_expires_at_ms IS NULL OR due.fencing_token IN (SELECT fencing_token FROM lapsed))
        RETURNING 1
      )
      SELECT count(*) FROM gone`,

    // By then the lease in the record has lapsed too, so removing its renewal makes no operation active again.
    /** $1 how many at most, $2 now */
    dropRenewals: `WITH ${nowFrom('$2')}, ${counted(
      `SELECT fencing_token FROM ${renewals}
        WHERE lease_expires_at_ms <= (SELECT ms FROM now) - ${leaseMsMost}
        ORDER BY lease_expires_at_ms LIMIT $1::bigint`,
      `${renewals} v`,
      'v.fencing_token = due.fencing_token',
    )}`,

    /** $1 the scope after which to begin, $2 how many scopes */
    countByScope: `SELECT encode(scope, 'hex') AS name, count(*) FROM ${answers}
      WHERE scope > decode($1, 'hex') GROUP BY scope ORDER BY scope LIMIT $2::bigint`,

    /** $1 scope, $2 how many answers it keeps. Returns the fencing token of the newest answer beyond them */
    newestBeyond: `SELECT fencing_token FROM ${answers} WHERE scope = decode($1, 'hex')
      ORDER BY fencing_token DESC OFFSET $2::bigint LIMIT 1`,

    /** $1 scope, $2 fencing token of the last answer to remove, $3 how many at most */
    evict: `WITH ${counted(
      `SELECT scope, fencing_token FROM ${answers} WHERE scope = decode($1, 'hex')
        AND fencing_token <= $2::bigint ORDER BY fencing_token LIMIT $3::bigint`,
      `${answers} a`,
      isDueAnswer,
    )}`,
  };
}
