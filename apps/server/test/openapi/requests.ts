import { type DocumentedOperation, documentedOperations } from '../harness/documented.ts';

/** A request as the document's example of an operation has it. */
export interface ExampleRequest {
  readonly operation: DocumentedOperation;
  /** below `/api/v1`, or the bare path of what is not */
  readonly path: string;
  readonly method: string;
  readonly body: unknown;
}

/** What stands for the parameters in paths. */
export type PathValues = Readonly<Record<string, string>>;

/** The request of each operation, with its parameters filled in. */
export function exampleRequests(values: (operation: DocumentedOperation) => PathValues): ExampleRequest[] {
  return documentedOperations
    .filter(({ path }) => path.startsWith('/api/v1/'))
    .map((operation) => ({
      operation,
      method: operation.method,
      path: filled(operation.path, values(operation)).slice('/api/v1'.length),
      body: exampleBody(operation),
    }));
}

export const isOpen = ({ node }: DocumentedOperation) => {
  const { security } = node;
  return Array.isArray(security) && security.length === 0;
};

/** Whether an operation takes a key, and so is a write. */
export const isKeyed = ({ node, method }: DocumentedOperation) =>
  method !== 'GET' && JSON.stringify(node['parameters'] ?? []).includes('"Idempotency-Key"');

function filled(path: string, values: PathValues): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`nothing stands for ${name} in ${path}`);
    return encodeURIComponent(value);
  });
}

function exampleBody({ node }: DocumentedOperation): unknown {
  const found = JSON.parse(JSON.stringify(node))?.requestBody?.content?.['application/json'];
  return found?.examples?.simple?.value;
}
