import type { PostgresRow, StatementRunner, Value } from './statement-runner.ts';

/** Statements for the rows of several tenants, and the same statements for the rows of one. */
const forOneTenant = new Map<string, string>();

/**
 * A statement for the rows of several tenants, which a parameter lists as rows of `w`. Its other form is for the rows of one
 * tenant: its name is a parameter after all others, so that a database that is distributed by tenant sends the whole
 * statement to the one node that has the rows.
 *
 * @param parameters how many parameters the statement has
 * @param several the statement, with the expression that stands for the tenant of a row
 * @param one the same, if its form for one tenant differs in more than that expression
 * @returns the form for several tenants
 */
export function ofTenants(
  parameters: number,
  several: (tenant: string) => string,
  one: (tenant: string) => string = several,
): string {
  const ofSeveral = several('w.tenant');
  forOneTenant.set(ofSeveral, one(`$${parameters + 1}::text`));
  return ofSeveral;
}

/**
 * A statement that makes rows of several tenants. Its form for one tenant reads the tenant from `tenants`, so that the
 * whole statement goes to the node of that tenant. It makes no rows if the tenant is missing, so this must be checked
 * first.
 *
 * @param statement the statement, with the expression for the tenant of a row, and what makes a `FROM` out of the rows
 * @returns the form for several tenants
 */
export function madeOfTenants(
  parameters: number,
  statement: (tenant: string, from: (rows: string) => string) => string,
): string {
  return ofTenants(
    parameters,
    (tenant) => statement(tenant, (rows) => rows),
    (tenant) => statement('t.tenant', (rows) => `tenants AS t CROSS JOIN ${rows} WHERE t.tenant = ${tenant}`),
  );
}

/**
 * A statement that deletes rows of several tenants, with one parameter.
 *
 * @param places the statement that finds where the rows are, with the expression for the tenant of a row
 * @returns the form for several tenants
 */
export function deleteOfTenants(table: string, places: (tenant: string) => string): string {
  // Not by `USING`: the order in which joined rows are found depends on the planner's estimates of their sizes.
  const found = (tenant: string) => `o.ctid = ANY (ARRAY (${places(tenant)}))`;
  return ofTenants(
    1,
    (tenant) => `DELETE FROM ${table} AS o WHERE ${found(tenant)}`,
    (tenant) => `DELETE FROM ${table} AS o WHERE o.tenant = ${tenant} AND ${found(tenant)}`,
  );
}

/** The form of a statement for the rows of one tenant; `undefined` if it has only one form. */
export function ofOneTenant(sql: string): string | undefined {
  return forOneTenant.get(sql);
}

/** Statements over the rows of all tenants, and their forms for tenants on several nodes. */
const forManyNodes = new Map<string, string>();

/**
 * A statement over the rows of all tenants, which a database that is distributed by tenant may not know. Its other form is sent to
 * all nodes: it has the same parameters and finds the same rows, perhaps at a greater cost.
 *
 * @returns the form for one node
 */
export function ofAllTenants(oneNode: string, manyNodes: string): string {
  forManyNodes.set(oneNode, manyNodes);
  return oneNode;
}

/** The form of a statement for several nodes; `undefined` if it has only one form. */
export function ofManyNodes(sql: string): string | undefined {
  return forManyNodes.get(sql);
}

/** Runs statements over the rows of all tenants, each in the form for several nodes. */
export class ManyNodes implements StatementRunner {
  readonly #statements: StatementRunner;

  constructor(statements: StatementRunner) {
    this.#statements = statements;
  }

  rows(sql: string, values: readonly Value[]): Promise<PostgresRow[]> {
    return this.#statements.rows(ofManyNodes(sql) ?? sql, values);
  }
}

/** Runs statements of which all rows belong to one tenant, each in the form for one. */
export class OneTenant implements StatementRunner {
  readonly #statements: StatementRunner;
  readonly tenant: string;

  constructor(statements: StatementRunner, tenant: string) {
    this.#statements = statements;
    this.tenant = tenant;
  }

  /** The same for the rows of another tenant, in the same transaction. */
  of(tenant: string): StatementRunner {
    return tenant === this.tenant ? this : new OneTenant(this.#statements, tenant);
  }

  rows(sql: string, values: readonly Value[]): Promise<PostgresRow[]> {
    const bound = ofOneTenant(sql);
    return bound === undefined
      ? this.#statements.rows(sql, values)
      : this.#statements.rows(bound, [...values, this.tenant]);
  }
}
