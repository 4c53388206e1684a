/** A row as the driver returns it. */
export type PostgresRow = Record<string, unknown>;

/** Values of parameters, as PostgreSQL reads them. */
export type Value = string | number | boolean | null | readonly string[];

/** Runs statements, and returns their rows. */
export interface StatementRunner {
  rows(sql: string, values: readonly Value[]): Promise<PostgresRow[]>;
}
