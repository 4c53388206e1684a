import type { TSchema } from 'typebox';

type Node = Readonly<Record<string, unknown>>;

/**
 * An example value of a schema, for readers of the document. It consists of the examples of the parts. A part without
 * an example gets the simplest value of its type.
 */
export function exampleOf(schema: TSchema | Node): unknown {
  const node: Node = { ...schema };
  const { examples, anyOf, properties, items, minimum } = node;
  if (Array.isArray(examples)) return examples[0];
  if ('const' in node) return node['const'];
  if (Array.isArray(anyOf)) return exampleOf(parseNode(anyOf[0]));
  switch (node['type']) {
    case 'object':
      return Object.fromEntries(
        Object.entries(parseNode(properties)).map(([name, member]) => [name, exampleOf(parseNode(member))]),
      );
    case 'array':
      return [exampleOf(parseNode(items))];
    case 'integer':
    case 'number':
      return typeof minimum === 'number' ? Math.max(0, minimum) : 0;
    case 'boolean':
      return false;
    case 'null':
      return null;
    default:
      return 'text';
  }
}

function parseNode(value: unknown): Node {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
