/** A JSON Schema from a document, with resolved references. */
export type Schema = Readonly<Record<string, unknown>>;

/** A parameter of an operation in its path, query or headers. */
export interface Parameter {
  readonly name: string;
  readonly place: string;
  readonly isRequired: boolean;
  readonly schema: Schema;
}

/** An operation as the OpenAPI document of a server describes it. */
export interface DocumentedOperation {
  readonly id: string;
  readonly method: string;
  /** path with parameters as `{name}` */
  readonly path: string;
  /** whether no API key is required */
  readonly isOpen: boolean;
  /** whether it is a write, which has an Idempotency-Key */
  readonly takesKey: boolean;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
  /** statuses, `4XX` and `default` as OpenAPI writes them */
  readonly statuses: ReadonlySet<string>;
}

const methods = ['get', 'put', 'post', 'delete', 'patch'];
/** No schema of ours is nested as deeply. A schema that refers to itself would never end. */
const depthMax = 40;

/** All operations of an OpenAPI 3.1 document, in its order. */
export function readDocument(document: unknown): DocumentedOperation[] {
  const whole = recordOf(document);
  const operations = Object.entries(recordOf(whole['paths'])).flatMap(([path, item]) => {
    const shared = listOf(recordOf(item)['parameters']);
    return methods.flatMap((method) => {
      const found = recordOf(item)[method];
      if (found === undefined) return [];
      const operation = recordOf(resolved(whole, found));
      const parameters = listOf(resolved(whole, [...shared, ...listOf(operation['parameters'])]));
      return [operationOf(path, method, operation, parameters.map(parameterOf))];
    });
  });
  return operations.map((operation) => withItemsOfItsOwn(operation, operations));
}

/** Whether a document describes a status. */
export function documents({ statuses }: DocumentedOperation, status: number): boolean {
  const texts = [String(status), `${Math.trunc(status / 100)}XX`, 'default'];
  return texts.some((text) => statuses.has(text));
}

/** The parameters of an operation in one place: path, query or headers. */
export function parametersIn({ parameters }: DocumentedOperation, place: string): Parameter[] {
  return parameters.filter((parameter) => parameter.place === place);
}

export function recordOf(value: unknown): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function operationOf(
  path: string,
  method: string,
  operation: Schema,
  parameters: readonly Parameter[],
): DocumentedOperation {
  const content = recordOf(recordOf(operation['requestBody'])['content']);
  const isRead = method === 'get';
  return {
    id: String(operation['operationId']),
    method: method.toUpperCase(),
    path,
    isOpen: Array.isArray(operation['security']) && operation['security'].length === 0,
    takesKey: !isRead && parameters.some(({ name }) => name.toLowerCase() === 'idempotency-key'),
    parameters,
    body: bodySchema(content),
    statuses: new Set(Object.keys(recordOf(operation['responses']))),
  };
}

function bodySchema(content: Schema): Schema | undefined {
  const json = content['application/json'];
  return json === undefined ? undefined : recordOf(recordOf(json)['schema']);
}

function parameterOf(parameter: unknown): Parameter {
  const { name, in: place, required, schema } = recordOf(parameter);
  return {
    name: String(name),
    place: String(place),
    isRequired: required === true,
    schema: recordOf(schema),
  };
}

/** Replaces each `$ref` by the schema it refers to. */
function resolved(whole: Schema, value: unknown, depth = 0): unknown {
  if (depth > depthMax || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((member) => resolved(whole, member, depth + 1));
  const { $ref: reference, ...others } = recordOf(value);
  if (typeof reference === 'string') {
    return { ...recordOf(resolved(whole, pointedTo(whole, reference), depth + 1)), ...others };
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, resolved(whole, member, depth + 1)]),
  );
}

function pointedTo(whole: Schema, reference: string): unknown {
  const names = reference.replace(/^#\//, '').split('/');
  return names.reduce<unknown>(
    (at, name) => recordOf(at)[name.replaceAll('~1', '/').replaceAll('~0', '~')],
    whole,
  );
}

/**
 * The items of a bulk may be documented as anything, because each is judged separately. Here they are documented like
 * the body of a single call.
 */
function withItemsOfItsOwn(
  operation: DocumentedOperation,
  all: readonly DocumentedOperation[],
): DocumentedOperation {
  const { path, method, body } = operation;
  const single = all.find((one) => `${one.path}/bulk` === path && one.method === method)?.body;
  const properties = recordOf(body?.['properties']);
  const items = recordOf(properties['items']);
  const hasOwn = Object.keys(recordOf(items['items'])).some((keyword) => keyword !== 'description');
  if (single === undefined || properties['items'] === undefined || hasOwn) return operation;
  return {
    ...operation,
    body: { ...body, properties: { ...properties, items: { ...items, items: single } } },
  };
}
