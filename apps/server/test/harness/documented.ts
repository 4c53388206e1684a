import { compileValidator, openApiDocument, type Validated } from '@billonce/contract';

/** A part of a JSON document. */
type Node = Readonly<Record<string, unknown>>;

const document: Node = parseNode(JSON.parse(JSON.stringify(openApiDocument('0.0.0'))));
const paths = parseNode(document['paths']);
const components = parseNode(parseNode(document['components'])['schemas']);

/** An operation as the document describes it. */
export interface DocumentedOperation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly statuses: readonly number[];
  readonly node: Node;
}

/** All operations of the document. */
export const documentedOperations: readonly DocumentedOperation[] = Object.entries(paths).flatMap(
  ([path, methods]) =>
    Object.entries(parseNode(methods)).map(([method, value]) => {
      const node = parseNode(value);
      const statuses = Object.keys(parseNode(node['responses'])).map(Number);
      return { name: String(node['operationId']), method: method.toUpperCase(), path, statuses, node };
    }),
);

/** The operation of a request. If two paths match, the path with fewer parameters wins. */
export function operationOf(method: string, target: string): DocumentedOperation | undefined {
  const [path = ''] = target.split('?');
  const segments = path.split('/');
  return documentedOperations
    .filter((operation) => operation.method === method && fits(operation.path.split('/'), segments))
    .sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0];
}

function fits(template: readonly string[], segments: readonly string[]): boolean {
  return (
    template.length === segments.length &&
    template.every((part, at) => part === segments[at] || (part.startsWith('{') && segments[at] !== ''))
  );
}

/** An answer and its request. */
export interface Exchange {
  readonly method: string;
  /** path and query */
  readonly target: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The parts of an answer that the document does not describe. The schemas used here allow no additional members. */
export function undocumentedIn({ method, target, status, headers, text }: Exchange): string[] {
  const operation = operationOf(method, target);
  // The document describes neither unknown paths nor methods that a path does not support.
  if (operation === undefined) return [];
  const response = parseNode(parseNode(operation.node['responses'])[String(status)]);
  if (response['description'] === undefined) return [`${operation.name} answers ${status}`];
  const missing = missingHeaders(operation, status, headers);
  const content = parseNode(response['content']);
  const [mediaType = ''] = (headers.get('content-type') ?? '').split(';');
  const media = content[mediaType] ?? content['text/*'];
  if (media === undefined) {
    const isEmpty = text === '' && (Object.keys(content).length === 0 || method === 'HEAD');
    return isEmpty ? missing : [...missing, `${operation.name} ${status} is of type ${mediaType || 'none'}`];
  }
  if (!mediaType.endsWith('json')) return missing;
  const { faults } = validatorOf(
    operation.name,
    status,
    mediaType,
    parseNode(media)['schema'],
  )(JSON.parse(text));
  return [...missing, ...faults.map((fault) => `${operation.name} ${status}: ${fault}`)];
}

/** Headers that every answer of this kind must have and that are missing. */
function missingHeaders({ name, node }: DocumentedOperation, status: number, headers: Headers): string[] {
  const documented = Object.keys(
    parseNode(parseNode(parseNode(node['responses'])[String(status)])['headers']),
  );
  const sometimes =
    /^(RateLimit-.*|Idempotency-Replayed|Ignored-Parameters|Retry-After|Server-Timing|Location)$/;
  const always = documented.filter((field) => !sometimes.test(field));
  return always.filter((field) => !headers.has(field)).map((field) => `${name} ${status} has no ${field}`);
}

type Check = (value: unknown) => { readonly faults: readonly string[] };

const validators = new Map<string, Check>();

function validatorOf(name: string, status: number, mediaType: string, schema: unknown): Check {
  const known = validators.get(`${name} ${status} ${mediaType}`);
  if (known !== undefined) return known;
  const validate: (value: unknown) => Validated<unknown> = compileValidator(closed(schema) as object);
  const check: Check = (value) => {
    const validated = validate(value);
    if (validated.kind === 'valid') return { faults: [] };
    return { faults: validated.faults.map(({ pointer, message }) => `${pointer} ${message}`) };
  };
  validators.set(`${name} ${status} ${mediaType}`, check);
  return check;
}

/** Resolves the references of a schema, and forbids additional members in its objects. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const node = parseNode(schema);
  const reference = node['$ref'];
  if (typeof reference === 'string') return closed(components[reference.split('/').at(-1) ?? '']);
  const parts = Object.fromEntries(Object.entries(node).map(([name, part]) => [name, closed(part)]));
  const isOpen =
    node['additionalProperties'] !== undefined || Object.keys(parseNode(node['properties'])).length === 0;
  return node['type'] === 'object' && !isOpen ? { ...parts, additionalProperties: false } : parts;
}

function parseNode(value: unknown): Node {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
