import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { variableNames } from '../../src/variables/variables.ts';

const read = (file: string) => readFileSync(new URL(`../../../../deploy/${file}`, import.meta.url), 'utf8');
/** A variable of Node, not of the server. */
const others = new Set(['NODE_ENV', 'PATH']);

function assertKnown(names: readonly string[], file: string): void {
  assert.ok(names.length > 1, `${file} sets no variable`);
  for (const name of names) assert.ok(variableNames.has(name) || others.has(name), `${name} in ${file}`);
}

test('the image, the unit and the manifests set variables that the server reads, and no others', () => {
  const dockerfile = read('docker/Dockerfile');
  const [, ofImage = ''] = /^ENV (.*)$/m.exec(dockerfile) ?? [];
  assertKnown(
    [...ofImage.matchAll(/([A-Z_]+)=/g)].map(([, name = '']) => name),
    'Dockerfile',
  );
  assertKnown(Object.keys(parse(read('docker/compose.yaml')).services.billonce.environment), 'compose.yaml');
  const unit = [...read('systemd/billonce.service').matchAll(/^Environment=(.*)$/gm)].flatMap(
    ([, line = '']) => [...line.matchAll(/([A-Z_]+)=/g)].map(([, name = '']) => name),
  );
  assertKnown(unit, 'billonce.service');
  const [container] = parse(read('kubernetes/deployment.yaml')).spec.template.spec.containers;
  assertKnown(
    container.env.map(({ name }: { readonly name: string }) => name),
    'deployment.yaml',
  );
});

test('the port of the image is the one that compose and Kubernetes connect to', () => {
  const dockerfile = read('docker/Dockerfile');
  assert.match(dockerfile, /\bPORT=3001\b/);
  assert.match(dockerfile, /^EXPOSE 3001$/m);
  assert.deepEqual(parse(read('docker/compose.yaml')).services.billonce.ports, ['127.0.0.1:3001:3001']);
});

test('the Dockerfile has the Node that the repository pins', () => {
  const { dependencies } = JSON.parse(
    readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'),
  );
  const images = [...read('docker/Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
  assert.deepEqual(images, [`node:${dependencies.node}-trixie`, 'scratch']);
});
