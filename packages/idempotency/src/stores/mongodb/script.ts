/**
 * A script that creates the indexes of a store, for `mongosh` or any tool that runs its scripts: one removes old
 * documents, the other finds expired answers. With a `role` it also creates a role with the rights that a store needs:
 * to read and write documents of this collection, but not to change its indexes.
 */
export function mongodbScript(options: {
  readonly database: string;
  readonly collection?: string;
  readonly role?: string;
}): string {
  const { database, collection = 'idempotency', role } = options;
  const writeConcern = { w: 'majority' };
  const commands: object[] = [
    {
      createIndexes: collection,
      indexes: [
        { key: { leavesAt: 1 }, name: 'leavesAt', expireAfterSeconds: 0 },
        { key: { answerUntil: 1 }, name: 'answerUntil', sparse: true },
      ],
      writeConcern,
    },
  ];
  if (role !== undefined) {
    const actions = ['find', 'insert', 'update', 'remove'];
    const privileges = [{ resource: { db: database, collection }, actions }];
    commands.push({ createRole: role, privileges, roles: [], writeConcern });
  }
  const lines = commands.map((command) => `database.runCommand(${JSON.stringify(command, undefined, 2)});\n`);
  return `const database = db.getSiblingDB(${JSON.stringify(database)});\n${lines.join('')}`;
}
