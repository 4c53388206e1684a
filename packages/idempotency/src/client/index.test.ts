import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

test('the client runs without Node: it imports no module of Node', async () => {
  // With the target browser, esbuild refuses modules that only Node has.
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL('./index.ts', import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'browser',
    format: 'esm',
  });
  const files = Object.keys(metafile.inputs);
  assert.ok(files.some((file) => file.endsWith('client/idempotent-fetch.ts')));
  const imports = Object.values(metafile.inputs).flatMap((file) => file.imports);
  assert.deepEqual(
    imports.filter(({ external }) => external === true),
    [],
  );
});
