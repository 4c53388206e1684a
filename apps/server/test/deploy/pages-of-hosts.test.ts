// Types the commands of the pages on systemd, containers, Kubernetes and Prometheus, as far as possible on a machine
// without these.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { checkClaims } from '../../../../packages/idempotency/test/harness/taken-blocks.ts';
import { codeBlocksOf } from '../../../../tools/code-blocks.ts';
import { debianProgram } from '../harness/debian-program.ts';
import { repository } from '../harness/npm-start.ts';
import { startProcess } from '../harness/process.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { adminKey } from '../harness/tenants.ts';
import { assertSaid } from '../harness/typed.ts';
import { blocksOfPage, commandsOf, isTyped, programsNotRun, replaced, textOf, typed } from './page.ts';

const read = (file: string) => readFileSync(join(repository, 'deploy', file), 'utf8');
const ready = '{"ready":true}';

test('each page names the programs in it that were not run', () => {
  for (const [page, count] of [
    ['run-with-systemd', 3],
    ['run-in-a-container', 5],
    ['run-on-kubernetes', 2],
    ['rotate-the-admin-key', 2],
  ] as const) {
    const blocks = codeBlocksOf(`docs/how-to/${page}.md`).filter(({ language }) => language === 'sh');
    assert.equal(blocks.length, count);
    const commands = blocks.flatMap(({ text }) => commandsOf({ commands: text }));
    const [, tried = ''] = textOf(page).split('\n## What was tried\n');
    for (const program of programsNotRun.filter((one) => commands.some((text) => text.includes(`${one} `))))
      assert.ok(tried.includes(`\`${program}\``), `${page} does not say that ${program} was not run`);
  }
});

test('the commands of the page on systemd install what the unit names, and the server of the unit runs on it', async (t) => {
  const root = temporaryFolder(t);
  for (const folder of ['opt', 'etc/systemd/system', 'var/lib/billonce'])
    mkdirSync(join(root, folder), { recursive: true });
  symlinkSync(repository, join(root, 'opt/billonce'));
  const [install, backUp, check] = blocksOfPage('run-with-systemd', 3).map(commandsOf);
  assert.ok(install && backUp && check);
  const here = (command: string) => command.replaceAll(/(?<=[ '"=]|> |^)\/(?=opt|etc|var)/g, `${root}/`);

  // This is the installation of `npm start`, which another test runs.
  const npm = 'npm install --no-save --omit=dev --workspace=apps/server --include-workspace-root';
  assert.ok(install.includes(npm));
  const steps = install.filter((command) => command !== npm && isTyped(command)).map(here);
  assert.equal(steps.length, 4);
  await typed(t, steps.join('\n'), { folder: root });
  assert.equal(statSync(join(root, 'etc/billonce/admin-key')).mode & 0o777, 0o600);
  assert.equal(
    readFileSync(join(root, 'etc/systemd/system/billonce.service'), 'utf8'),
    read('systemd/billonce.service'),
  );

  const unit = read('systemd/billonce.service').replaceAll('%d', '/etc/billonce');
  const [, main = ''] = /^ExecStart=\S+ (\S+)$/m.exec(unit) ?? [];
  const environment = [...unit.matchAll(/^Environment=(.*)$/gm)].flatMap(([, line = '']) =>
    line
      .split(' ')
      .map((pair) => pair.split(/=(.*)/).map((part) => part.replace(/(^|:)\/(?=etc|var)/, `$1${root}/`))),
  );
  const { url } = await startProcess(
    t,
    { ...Object.fromEntries(environment), PORT: '0' },
    { main: join(repository, main) },
  );

  // Runs as the server's user, which systemd-run creates.
  const [command = ''] = backUp;
  const asUser = here(
    command.replace(/^systemd-run .*(?=\/opt\/\S+\/node )/, '').replace(/^\S+\/node /, 'node '),
  );
  await typed(t, asUser, { folder: repository });
  assert.ok(existsSync(join(root, 'var/lib/billonce/backup.db')));

  const checks = check.filter((one) => isTyped(one) && !one.startsWith('systemd-analyze '));
  assert.equal(await typed(t, checks.join('\n'), { folder: root, url }), ready);
});

test('the commands of the page on containers make the key and the variables that the files want', async (t) => {
  const folder = temporaryFolder(t);
  const [build, one, , compose, check] = blocksOfPage('run-in-a-container', 5).map(commandsOf);
  assert.ok(build && one && compose && check);
  const [, dockerfile = ''] = /-f (\S+) /.exec(build.join()) ?? [];
  assert.equal(existsSync(join(repository, dockerfile)), true, dockerfile);

  await typed(t, one.filter(isTyped).join('\n'), { folder });
  const [, , mounted = ''] = /-v "\$PWD\/(\S+):(\S+):ro"/.exec(one.join()) ?? [];
  assert.ok(one.join().includes(`-e ADMIN_API_KEY_FILE=${mounted} `));
  const file = join(folder, 'admin-key');
  const { url } = await startProcess(t, {
    ADMIN_API_KEY_FILE: file,
    DATABASE_URL: `file:${join(folder, 'billonce.db')}`,
  });
  const answer = await fetch(`${url}/api/v1/api-keys`, {
    headers: { 'x-api-key': readFileSync(file, 'utf8').trim() },
  });
  assert.equal(answer.status, 200);
  assert.equal(await typed(t, check.filter(isTyped).join('\n'), { folder, url }), ready);

  await typed(t, compose.filter((command) => isTyped(command) && !command.startsWith('cd ')).join('\n'), {
    folder,
  });
  const variables = [...read('docker/compose.yaml').matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name);
  const set = [...readFileSync(join(folder, '.env'), 'utf8').matchAll(/^(\w+)=[0-9a-f]{64}$/gm)].map(
    ([, name]) => name,
  );
  assert.deepEqual([...new Set(variables)].toSorted(), set.toSorted());
  assert.equal(statSync(join(folder, '.env')).mode & 0o777, 0o600);
});

test('kubectl makes the secret that the manifests name, and renders the folder of the page', async (t) => {
  const program = await debianProgram('kubectl');
  if ('missing' in program) return t.skip(program.missing);
  const folder = temporaryFolder(t);
  const [apply, check] = blocksOfPage('run-on-kubernetes', 2).map(commandsOf);
  assert.ok(apply && check);
  const client = { kubectl: `${program.file} --kubeconfig=/dev/null` };
  const [create = ''] = apply.filter((command) => command.includes('create secret'));
  const secret = parse(await typed(t, `${replaced(create, client)} --dry-run=client -o yaml`, { folder }));
  const [container] = parse(read('kubernetes/deployment.yaml')).spec.template.spec.containers;
  interface Reference {
    readonly name: string;
    readonly key: string;
    readonly optional?: boolean;
  }
  const references: readonly Reference[] = container.env.flatMap(
    ({ valueFrom }: { readonly valueFrom?: { readonly secretKeyRef: Reference } }) =>
      valueFrom?.secretKeyRef ?? [],
  );
  const needed = references
    .filter(({ optional }) => optional !== true)
    .map(({ name, key }) => `${name} ${key}`);
  const made = Object.keys(secret.data).map((key) => `${secret.metadata.name} ${key}`);
  assert.deepEqual(made.toSorted(), needed.toSorted());

  const [, manifests = ''] = /apply -k (\S+)/.exec(apply.join('\n')) ?? [];
  const [, namespaceFile = ''] = /apply -f (\S+)/.exec(apply.join('\n')) ?? [];
  const rendered = await typed(t, `${program.file} kustomize ${manifests}`, { folder: repository });
  const names = rendered.split(/^---$/m).map((text) => {
    const { kind, metadata } = parse(text);
    return `${kind.toLowerCase()}/${metadata.name} ${metadata.namespace ?? metadata.name}`;
  });
  for (const [, name = ''] of [...apply, ...check].join('\n').matchAll(/((?:deployment|service)\/\w+)/g))
    assert.ok(names.includes(`${name} billonce`), `${name}: ${names.join(', ')}`);
  assert.ok(names.includes('poddisruptionbudget/billonce billonce'), names.join(', '));
  assert.equal(
    parse(readFileSync(join(repository, namespaceFile), 'utf8')).metadata.name,
    secret.metadata.namespace,
  );
  const [{ port }] = parse(read('kubernetes/service.yaml')).spec.ports;
  assert.ok(check.join('\n').includes(`port-forward service/billonce 3001:${port} `));
});

test('the commands of the page on watching check the configuration and the alerts with promtool', async (t) => {
  const [scrape, check] = blocksOfPage('watch-a-server', 2);
  assert.ok(scrape && check);
  const steps = { scrape: commandsOf(scrape), check: commandsOf(check) };
  const program = await debianProgram('promtool');
  if ('missing' in program) return t.skip(program.missing);
  const folder = temporaryFolder(t);
  symlinkSync(join(repository, 'deploy'), join(folder, 'deploy'));
  writeFileSync(join(folder, 'admin-key'), adminKey);
  // Another test runs Prometheus with this configuration, and queries it.
  const isRun = (command: string) =>
    !command.startsWith('prometheus ') && !command.includes('127.0.0.1:9090');
  const promtool = { promtool: program.file };
  await typed(t, replaced(steps.scrape.filter(isRun).join('\n'), promtool), { folder });
  assert.equal(statSync(join(folder, 'prometheus/admin-key')).mode & 0o777, 0o600);
  const printed = await typed(t, replaced(steps.check.filter(isRun).join('\n'), promtool), { folder });
  assert.equal(printed.match(/SUCCESS/g)?.length, 2, printed);
  assertSaid(check.prose, { code: 0, printed, statuses: [] });
});

checkClaims(import.meta.url);
