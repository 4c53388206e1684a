import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { compileValidator, openApiDocument, operations } from './index.ts';
import { schemaModules } from './schema-names.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test looks into the document as its readers do, member by member
type Loose = any;

const document: Loose = JSON.parse(JSON.stringify(openApiDocument('0.0.0')));

interface Documented {
  readonly name: string;
  readonly operation: Loose;
}

const documented: readonly Documented[] = Object.values<Loose>(document.paths).flatMap((methods: Loose) =>
  Object.values<Loose>(methods).map((operation) => ({ name: operation.operationId, operation })),
);

test('the document is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  const result = await validator.validate(structuredClone(document));
  assert.deepEqual(result.errors, undefined);
  assert.equal(result.valid, true);
  assert.equal(validator.version, '3.1');
});

test('a document with a mistake is not valid', async () => {
  const wrong = structuredClone(document);
  wrong.paths['/api/v1/usage'].post.responses = { 201: {} };
  assert.equal((await new Validator().validate(wrong)).valid, false);
});

test('the document has every operation of the contract, and no other', () => {
  assert.deepEqual(documented.map(({ name }) => name).sort(), Object.keys(operations).sort());
});

test('every operation has a description, a group and a security requirement, and describes each part', () => {
  for (const { name, operation } of documented) {
    assert.ok(operation.summary.length > 5, name);
    assert.ok(operation.description.length > 20, name);
    assert.notEqual(operation.description, operation.summary, name);
    assert.ok(
      document.tags.some(({ name: tag }: Loose) => tag === operation.tags[0]),
      name,
    );
    assert.ok(Array.isArray(operation.security), name);
    for (const parameter of operation.parameters ?? []) {
      assert.ok(parameter.schema, `${name} ${parameter.name}`);
      const description = parameter.description ?? parameter.schema.description;
      assert.ok(description?.length > 1, `${name} ${parameter.name} is not described`);
    }
    for (const [status, response] of Object.entries<Loose>(operation.responses)) {
      assert.ok(response.description.length > 1, `${name} ${status}`);
      assert.ok(response.headers['X-Request-Id'], `${name} ${status}`);
      for (const [field, header] of Object.entries<Loose>(response.headers))
        assert.ok(header.description?.length > 1, `${name} ${status} ${field} is not described`);
      if (['429', '503'].includes(status)) assert.ok(response.headers['Retry-After'], `${name} ${status}`);
      if (Number(status) < 400) continue;
      assert.deepEqual(Object.keys(response.content), ['application/json', 'application/problem+json']);
      const codes = response.content['application/json'].schema.allOf[1].properties.error.enum;
      assert.ok(codes.length > 0, `${name} ${status}`);
    }
  }
});

function withoutReferences(schema: Loose): Loose {
  if (Array.isArray(schema)) return schema.map(withoutReferences);
  if (typeof schema !== 'object' || schema === null) return schema;
  const name = schema.$ref?.split('/').at(-1);
  if (name !== undefined) return withoutReferences(document.components.schemas[name]);
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withoutReferences(value)]));
}

test('every file of schemas is one of those that the document names', () => {
  const files = readdirSync(new URL('./schemas', import.meta.url)).map((file) => file.replace('.ts', ''));
  assert.deepEqual(Object.keys(schemaModules), files.filter((file) => file !== 'explained-pattern').sort());
});

test('every JSON body is a named schema, and none is written inline', () => {
  for (const { name, operation } of documented) {
    const bodies = [operation.requestBody, ...Object.values<Loose>(operation.responses)];
    for (const body of bodies) {
      const schema = body?.content?.['application/json']?.schema;
      if (schema === undefined || schema.allOf !== undefined) continue;
      assert.match(schema.$ref ?? '', /^#\/components\/schemas\/[A-Z][A-Za-z]+$/, name);
    }
  }
});

test('every body has a schema and an example that matches it', () => {
  let examples = 0;
  for (const { name, operation } of documented) {
    const contents: [string, Loose][] = Object.entries<Loose>(operation.responses)
      .filter(([status]) => Number(status) < 300)
      .flatMap(([status, { content }]) =>
        Object.values<Loose>(content ?? {}).map((one): [string, Loose] => [status, one]),
      );
    for (const one of Object.values<Loose>(operation.requestBody?.content ?? {}))
      contents.push(['request', one]);
    for (const [part, content] of contents) {
      assert.ok(content.schema, `${name} ${part}`);
      if (content.schema.type === 'string') continue;
      const validated = compileValidator(withoutReferences(content.schema))(content.examples.simple.value);
      assert.deepEqual(validated.kind === 'invalid' ? validated.faults : [], [], `${name} ${part}`);
      examples += 1;
    }
  }
  assert.ok(examples > 70, `${examples} examples`);
});
