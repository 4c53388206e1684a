/** A comment, a string, a quoted name, a body between two equal tags, the end of a statement, or anything else. */
const part = /--[^\n]*|'[^']*'|"[^"]*"|(\$\w*\$)[\s\S]*?\1|;|[^;'"$-]+|[\s\S]/g;

/**
 * The statements of a migration, in order and without comments. They are sent one by one: Citus passes the message that a statement
 * came in on to its nodes, and they refuse a message with several.
 */
export function statementsOf(migration: string): readonly string[] {
  const statements: string[] = [];
  let statement = '';
  const end = () => {
    if (statement.trim() !== '') statements.push(statement.trim());
    statement = '';
  };
  for (const [text] of migration.matchAll(part)) {
    if (text === ';') end();
    else if (!text.startsWith('--')) statement += text;
  }
  end();
  return statements;
}
