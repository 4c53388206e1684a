import { parse } from 'libpg-query';

/**
 * Finds the tables of a statement that are not bound to one tenant.
 * A database that is distributed by tenant sends a statement to one node if two things are true. In the same `SELECT`,
 * `UPDATE` or `DELETE`, each table is compared with the tenant, or with a column of a table that is compared with it.
 * And each inserted row has the tenant. A correlated subquery does not count.
 */

type Node = Readonly<Record<string, unknown>>;

/** Tables that exist in full on every node, and the tables of the database itself. */
const everywhere = /^(api_keys|operator|schema_versions|pg_.*)$/;

/** A table in a `FROM`, or another item there that may have a tenant. */
interface Item {
  readonly alias: string;
  /** `undefined` for a function, a subquery or a `WITH` */
  readonly table: string | undefined;
}

/** The tables of a statement that are not bound, each once, in the order of the statement. */
export async function unboundTables(sql: string): Promise<readonly string[]> {
  const found = new Set<string>();
  walk(await parse(sql), new Set(), found);
  return [...found];
}

function walk(value: unknown, names: ReadonlySet<string>, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const element of value) walk(element, names, found);
    return;
  }
  if (!isNode(value)) return;
  for (const [key, child] of Object.entries(value)) {
    if (isNode(child) && /^(Select|Insert|Update|Delete)Stmt$|^[lr]arg$|^selectStmt$/.test(key)) {
      const inner = isNode(child['SelectStmt']) ? child['SelectStmt'] : child;
      if (key === 'selectStmt' || 'op' in inner || 'relation' in inner) statement(inner, names, found);
      else walk(child, names, found);
    } else walk(child, names, found);
  }
}

function statement(node: Node, outer: ReadonlySet<string>, found: Set<string>): void {
  const names = new Set(outer);
  const common = nodeIn(node, 'withClause');
  for (const element of listIn(common ?? {}, 'ctes')) {
    const expression = nodeIn(element, 'CommonTableExpr') ?? {};
    if (common?.['recursive'] === true) names.add(String(expression['ctename']));
    walk(expression['ctequery'], names, found);
    names.add(String(expression['ctename']));
  }
  const changed = nodeIn(node, 'relation');
  const isInsert = changed !== undefined && 'selectStmt' in node;
  const sources = sourcesOf(node, names, (value) => walk(value, names, found));
  const rest = Object.entries(node).filter(
    ([key]) => !['withClause', 'fromClause', 'usingClause', 'relation'].includes(key),
  );
  walk(Object.fromEntries(rest), names, found);
  if (isInsert && !everywhere.test(String(changed['relname'])) && !insertsTenant(node, names))
    found.add(String(changed['relname']));
  const bound = boundAmong(sources);
  for (const { alias, table } of sources.items)
    if (table !== undefined && !bound.has(alias)) found.add(table);
}

/** The items that a statement reads its rows from, and the conditions on them. */
interface Sources {
  readonly items: Item[];
  readonly conditions: unknown[];
  isUsingTenant: boolean;
}

/** @param within is called with each part that may contain further statements */
function sourcesOf(node: Node, names: ReadonlySet<string>, within: (value: unknown) => void): Sources {
  const sources: Sources = { items: [], conditions: [node['whereClause']], isUsingTenant: false };
  const from = (value: Node): void => {
    const join = nodeIn(value, 'JoinExpr');
    const range = nodeIn(value, 'RangeVar');
    if (join !== undefined) {
      for (const side of [nodeIn(join, 'larg'), nodeIn(join, 'rarg')]) if (side !== undefined) from(side);
      sources.conditions.push(join['quals']);
      sources.isUsingTenant ||= JSON.stringify(join['usingClause'] ?? '').includes('"tenant"');
      within(join['quals']);
    } else if (range !== undefined) sources.items.push(itemOf(range, names));
    else {
      const [other] = Object.values(value);
      const alias = isNode(other) ? nodeIn(other, 'alias') : undefined;
      sources.items.push({ alias: String(alias?.['aliasname'] ?? ''), table: undefined });
      within(value);
    }
  };
  const changed = nodeIn(node, 'relation');
  if (changed !== undefined && !('selectStmt' in node)) sources.items.push(itemOf(changed, names));
  for (const key of ['fromClause', 'usingClause']) for (const item of listIn(node, key)) from(item);
  return sources;
}

function itemOf(range: Node, names: ReadonlySet<string>): Item {
  const name = String(range['relname']);
  const alias = nodeIn(range, 'alias')?.['aliasname'];
  const table = names.has(name) || everywhere.test(name) ? undefined : name;
  return { alias: typeof alias === 'string' ? alias : name, table };
}

/** Items whose tenant is compared with a parameter, directly or through other items. `$` is the parameter. */
function boundAmong({ items, conditions, isUsingTenant }: Sources): ReadonlySet<string | undefined> {
  const equal = conditions.flatMap(conjuncts).flatMap((condition) => {
    const expression = nodeIn(condition, 'A_Expr');
    if (expression?.['kind'] !== 'AEXPR_OP' || !JSON.stringify(expression['name']).includes('"="')) return [];
    const sides = [tenantTerm(expression['lexpr'], items), tenantTerm(expression['rexpr'], items)];
    return sides.includes(undefined) ? [] : [sides];
  });
  const bound = new Set<string | undefined>(['$']);
  for (let size = 0; size < bound.size; ) {
    size = bound.size;
    for (const sides of equal)
      if (sides.some((side) => bound.has(side))) for (const side of sides) bound.add(side);
    if (isUsingTenant && items.some(({ alias }) => bound.has(alias)))
      for (const { alias } of items) bound.add(alias);
  }
  return bound;
}

/** `$` for a parameter, the alias of an item for its tenant, and `undefined` for anything else. */
function tenantTerm(value: unknown, items: readonly Item[]): string | undefined {
  if (isParameter(value)) return '$';
  if (!isNode(value)) return undefined;
  const fields = listIn(nodeIn(value, 'ColumnRef') ?? {}, 'fields').map(
    (field) => nodeIn(field, 'String')?.['sval'],
  );
  if (fields.at(-1) !== 'tenant') return undefined;
  if (fields.length === 2) return items.find(({ alias }) => alias === fields[0])?.alias;
  return items.length === 1 ? items[0]?.alias : undefined;
}

function isParameter(value: unknown): boolean {
  if (!isNode(value)) return false;
  return 'ParamRef' in value || isParameter(nodeIn(value, 'TypeCast')?.['arg']);
}

/** Whether each inserted row has a parameter as its tenant. */
function insertsTenant(node: Node, names: ReadonlySet<string>): boolean {
  const place = listIn(node, 'cols').findIndex(
    (column) => nodeIn(column, 'ResTarget')?.['name'] === 'tenant',
  );
  const source = nodeIn(nodeIn(node, 'selectStmt') ?? {}, 'SelectStmt') ?? {};
  const rows = listIn(source, 'valuesLists').map((row) => listIn(nodeIn(row, 'List') ?? {}, 'items')[place]);
  const target = nodeIn(listIn(source, 'targetList')[place] ?? {}, 'ResTarget')?.['val'];
  if (rows.length > 0) return rows.every(isParameter);
  const from = sourcesOf(source, names, () => undefined);
  const term = tenantTerm(target, from.items);
  return term !== undefined && boundAmong(from).has(term);
}

function conjuncts(value: unknown): Node[] {
  if (!isNode(value)) return [];
  const both = nodeIn(value, 'BoolExpr');
  return both?.['boolop'] === 'AND_EXPR' ? listIn(both, 'args').flatMap(conjuncts) : [value];
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nodeIn(node: Node, key: string): Node | undefined {
  const value = node[key];
  return isNode(value) ? value : undefined;
}

function listIn(node: Node, key: string): Node[] {
  const value = node[key];
  return Array.isArray(value) ? value.filter(isNode) : [];
}
