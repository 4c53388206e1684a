import openapiTypes, { astToString, type OpenAPI3, type SchemaObject } from 'openapi-typescript';
import { errorCodes } from '../packages/contract/src/error-codes.ts';
import { openApiDocument, operations } from '../packages/contract/src/index.ts';
import type { OperationSpec } from '../packages/contract/src/operation-spec.ts';

type Node = Readonly<Record<string, unknown>>;

const head = '// `npm run docs` prints this file from packages/contract. Do not edit it here.\n';

/** An operation of the document, with the name of the type of each part. */
interface Parts {
  readonly name: string;
  readonly params: string;
  readonly query: string;
  readonly body: string;
  readonly success: string;
}

/** `packages/client/src/contract/types.ts`: the schemas of the contract, and the parts of each operation. */
export async function clientTypes(): Promise<string> {
  const document = recordOf(JSON.parse(JSON.stringify(openApiDocument('0.0.0'))));
  const components = recordOf(recordOf(document['components'])['schemas']);
  const documented = Object.values(recordOf(document['paths'])).flatMap((methods) =>
    Object.values(recordOf(methods)).map(recordOf),
  );
  const queries = documented.flatMap(querySchema);
  const errorCode = { type: 'string', enum: Object.keys(errorCodes) };
  // The name of a type must not be that of a class of JavaScript.
  const { Error: ErrorBody, Problem: ProblemBody, ...bodies } = components;
  const named = { ...withItems(bodies), ErrorBody, ProblemBody };
  const schemas = { ...named, ...Object.fromEntries(queries), ErrorCode: errorCode };
  const printed = await printTypes(schemas);
  const rows = documented.map(partsOf).map(printRow);
  return `${head}\n${printed}\n/** The parts of each operation; \`undefined\` where it has none. */\nexport interface Operations {\n${rows.join('')}}\n`;
}

/** `packages/client/src/contract/routes.ts`: the parts of the contract that the client needs at run time. */
export function clientRoutes(): string {
  const routes = Object.entries<OperationSpec>(operations).map(
    ([name, { method, path }]) => `  ${name}: '${method} ${path}',\n`,
  );
  const retries = Object.entries(errorCodes).map(([code, { retry }]) => `  ${code}: '${retry}',\n`);
  return [
    head,
    '\n/** Method and path of each operation. */\nexport const routes = {\n',
    ...routes,
    '} as const;\n\n/** What a client may do after each error. */\nexport const retryAdvice = {\n',
    ...retries,
    '} as const;\n',
  ].join('');
}

const unwanted = /^(export type (paths|webhooks|\$defs|operations) )/;

async function printTypes(schemas: Node): Promise<string> {
  const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
  const document: OpenAPI3 = {
    openapi: '3.1.0',
    info: { title: 'Billonce', version: '0.0.0' },
    components: { schemas: parseSchemas(withoutDetails(sorted)) },
  };
  const nodes = await openapiTypes(document, {
    immutable: true,
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
    defaultNonNullable: false,
    emptyObjectsUnknown: true,
    silent: true,
  });
  const lines = astToString(nodes).split('\n');
  return lines.filter((line) => !unwanted.test(line)).join('\n');
}

/** The schemas come from the contract; a test validates the document against OpenAPI 3.1. */
function parseSchemas(schemas: unknown): Record<string, SchemaObject> {
  return recordOf(schemas) as Record<string, SchemaObject>;
}

/** The schema without examples and formats, which a type does not show. */
function withoutDetails(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutDetails);
  if (typeof schema !== 'object' || schema === null) return schema;
  const node = recordOf(schema);
  const kept = Object.entries(node).filter(
    ([name, value]) =>
      !(name === 'examples' && Array.isArray(value)) && !(name === 'format' && typeof value === 'string'),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, withoutDetails(value)]));
}

/** The document allows any item in a bulk, because each item is checked separately. Their type is that of a single call. */
function withItems(schemas: Node): Node {
  return {
    ...schemas,
    UsageBulk: bulkOf(schemas['UsageBulk'], 'UsageItem'),
    ServiceBulk: bulkOf(schemas['ServiceBulk'], 'ServicePut'),
  };
}

function bulkOf(schema: unknown, item: string): Node {
  const bulk = recordOf(schema);
  const properties = recordOf(bulk['properties']);
  const items = { ...recordOf(properties['items']), items: { $ref: `#/components/schemas/${item}` } };
  return { ...bulk, properties: { ...properties, items } };
}

function parametersIn(operation: Node, place: string): readonly Node[] {
  const list: unknown = operation['parameters'];
  return (Array.isArray(list) ? list : []).map(recordOf).filter((parameter) => parameter['in'] === place);
}

function queryName(operation: Node): string {
  const name = String(operation['operationId']);
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}Query`;
}

function querySchema(operation: Node): readonly (readonly [string, Node])[] {
  const parameters = parametersIn(operation, 'query');
  if (parameters.length === 0) return [];
  const properties = Object.fromEntries(parameters.map(({ name, schema }) => [String(name), schema]));
  return [[queryName(operation), { type: 'object', properties }]];
}

function partsOf(operation: Node): Parts {
  const inPath = parametersIn(operation, 'path').map(({ name }) => `readonly ${String(name)}: string`);
  const successes = Object.entries(recordOf(operation['responses']))
    .filter(([status]) => status.startsWith('2'))
    .map(([, response]) => bodyName(response) ?? (recordOf(response)['content'] ? 'string' : 'undefined'));
  return {
    name: String(operation['operationId']),
    params: inPath.length === 0 ? 'undefined' : `{ ${inPath.join('; ')} }`,
    query: parametersIn(operation, 'query').length === 0 ? 'undefined' : queryName(operation),
    body: bodyName(operation['requestBody']) ?? 'undefined',
    success: [...new Set(successes)].join(' | '),
  };
}

function bodyName(holder: unknown): string | undefined {
  const content = recordOf(recordOf(holder)['content']);
  const reference = recordOf(recordOf(content['application/json'])['schema'])['$ref'];
  return typeof reference === 'string' ? reference.split('/').at(-1) : undefined;
}

function printRow({ name, ...parts }: Parts): string {
  const members = Object.entries(parts).map(([part, type]) => `    readonly ${part}: ${type};\n`);
  return `  readonly ${name}: {\n${members.join('')}  };\n`;
}

function recordOf(value: unknown): Node {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
