import { type DocumentedOperation, documentedOperations } from '../harness/documented.ts';

/** A request from the document's example of an operation. */
export interface ExampleRequest {
  readonly operation: DocumentedOperation;
  /** below `/api/v1`; otherwise the complete path */
  readonly path: string;
  readonly method: string;
  readonly body: unknown;
}

/** The values of the parameters in paths. */
export type PathValues = Readonly<Record<string, string>>;

const unknownId = '01900000-0000-7000-8000-000000000000';

/** For each path parameter, a name that does not exist. */
export const unknownNames: PathValues = {
  agent: 'nobody',
  serviceId: 'nothing',
  id: unknownId,
  eventId: unknownId,
  grantId: 'unknown',
  holdId: 'unknown',
  name: 'unknown',
  prefix: 'apk_00000000',
  code: 'no_such_code',
  assetCode: 'OTHER',
  asset: 'nothing.js',
};

/** The request of each operation, with its parameters filled in. */
export function exampleRequests(values: (operation: DocumentedOperation) => PathValues): ExampleRequest[] {
  return documentedOperations
    .filter(({ path }) => path.startsWith('/api/v1/'))
    .map((operation) => ({
      operation,
      method: operation.method,
      path: `${filled(operation.path, values(operation)).slice('/api/v1'.length)}${requiredQuery(operation)}`,
      body: exampleBody(operation),
    }));
}

export const isOpen = ({ node }: DocumentedOperation) => {
  const { security } = node;
  return Array.isArray(security) && security.length === 0;
};

/** Whether an operation takes a key, which means that it is a write. */
export const isKeyed = ({ node, method }: DocumentedOperation) =>
  method !== 'GET' && JSON.stringify(node['parameters'] ?? []).includes('"Idempotency-Key"');

function filled(path: string, values: PathValues): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`nothing stands for ${name} in ${path}`);
    return encodeURIComponent(value);
  });
}

/** The required query parameters of an operation, with the values of the document's examples. */
function requiredQuery(operation: DocumentedOperation): string {
  const parameters: readonly QueryParameter[] = JSON.parse(
    JSON.stringify(operation.node['parameters'] ?? []),
  );
  const query = parameters
    .filter((parameter) => parameter.in === 'query' && parameter.required === true)
    .map(({ name, schema }): [string, string] => [name, String(schema.examples?.[0])]);
  // The operation requires one of two parameters, which a document cannot express.
  if (operation.name === 'readAllowance') query.push(['requests', '3']);
  return query.length === 0 ? '' : `?${new URLSearchParams(query)}`;
}

interface QueryParameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: { readonly examples?: readonly unknown[] };
}

function exampleBody({ node }: DocumentedOperation): unknown {
  const found = JSON.parse(JSON.stringify(node))?.requestBody?.content?.['application/json'];
  return found?.examples?.simple?.value;
}
