import { columnsOn, type Engine, type Kind, type Table, tableName } from '../../src/storage/table.ts';

/** A column as the database reports it. */
export interface FoundColumn {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
}

/** The differences between a table of a database and its descriptions. */
export function tableDifferences(
  engine: Engine,
  types: Readonly<Record<Kind, string>>,
  described: readonly Table[],
  found: readonly FoundColumn[],
): string[] {
  const wanted = new Map(
    described
      .flatMap((table) => [
        ...columnsOn(engine, table.place),
        ...columnsOn(engine, table.columns),
        ...columnsOn(engine, table.beside),
      ])
      .filter(({ column }) => column.from === 'table')
      .map(({ name, column: { kind, isOptional } }) => [name, { name, type: types[kind], isOptional }]),
  );
  const name = described[0] === undefined ? '' : tableName(described[0], engine);
  const unknown = found.filter((column) => !wanted.has(column.name));
  return [
    ...unknown.map((column) => `${name}.${column.name} is not described`),
    ...[...wanted.values()].flatMap((column) => {
      const same = found.find((one) => one.name === column.name);
      if (same === undefined) return [`${name}.${column.name} does not exist`];
      return same.type === column.type && same.isOptional === column.isOptional
        ? []
        : [`${name}.${column.name} is ${phrase(same)}, and is described as ${phrase(column)}`];
    }),
  ];
}

function phrase({ type, isOptional }: FoundColumn): string {
  return isOptional ? type : `${type} NOT NULL`;
}
