// Makes the root file system of the container image, on Debian: node tools/image-root.ts FOLDER
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { copyModules } from './image-modules.ts';
import { writeServer } from './server-package.ts';

const run = (program: string, ...parameters: readonly string[]): string =>
  execFileSync(program, parameters, { encoding: 'utf8' });

/** The user as which the image runs. It owns no file, and has no shell. */
const accounts: Readonly<Record<string, string>> = {
  'etc/passwd': 'root:x:0:0:root:/root:/sbin/nologin\nnode:x:1000:1000::/nonexistent:/sbin/nologin\n',
  'etc/group': 'root:x:0:\nnode:x:1000:\n',
  'etc/nsswitch.conf': 'hosts: files dns\n',
};

/** Writes the root of the image into an empty folder: the server, its packages, Node, and what Node is linked with. */
export async function writeImageRoot(folder: string): Promise<void> {
  const app = path.join(folder, 'app');
  mkdirSync(app, { recursive: true });
  await writeServer(app);
  copyModules(app);
  for (const [file, text] of Object.entries(accounts)) writeBelow(folder, file, text);
  copyBelow(folder, '/etc/os-release');
  copyNode(folder);
  mkdirSync(path.join(folder, 'tmp'));
  chmodSync(path.join(folder, 'tmp'), 0o1777);
}

/** Node without the names of its functions, which only a debugger of Node needs: they are a seventh of the program. */
function copyNode(folder: string): void {
  const node = path.join(folder, 'usr/local/bin/node');
  mkdirSync(path.dirname(node), { recursive: true });
  run('strip', '-o', node, process.execPath);
  const licence = path.join(path.dirname(process.execPath), '../LICENSE');
  if (existsSync(licence)) writeBelow(folder, 'usr/local/LICENSE', readFileSync(licence, 'utf8'));
  const libraries = [...run('ldd', node).matchAll(/(?:=> |^\t)(\/\S+) \(/gm)].map(([, file = '']) => file);
  if (libraries.length < 2) throw new Error(`ldd lists no libraries of ${process.execPath}`);
  for (const library of libraries) copyBelow(folder, library);
  for (const name of new Set(libraries.map(packageOf))) keepNotice(folder, name);
}

/** Which packages the libraries come from, in the form in which scanners of images look for it, with their licences. */
function keepNotice(folder: string, packageName: string): void {
  const [name = ''] = packageName.split(':');
  writeBelow(folder, `var/lib/dpkg/status.d/${name}`, run('dpkg-query', '--status', packageName));
  copyBelow(folder, `/usr/share/doc/${name}/copyright`);
}

/** Debian 13 lists a library below `/usr/lib`; before it, below `/lib`, which is a link to the same folder. */
function packageOf(library: string): string {
  const file = realpathSync(library);
  for (const listed of [file, file.replace(/^\/usr/, '')]) {
    const { status, stdout } = spawnSync('dpkg-query', ['--search', listed], { encoding: 'utf8' });
    const [name] = stdout.split(': ', 1);
    if (status === 0 && name !== undefined) return name;
  }
  throw new Error(`no package has ${library}`);
}

function copyBelow(folder: string, file: string): void {
  const target = path.join(folder, file);
  mkdirSync(path.dirname(target), { recursive: true });
  copyFileSync(file, target);
}

function writeBelow(folder: string, file: string, text: string): void {
  const target = path.join(folder, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error('name the folder into which the image is written');
  await writeImageRoot(path.resolve(folder));
}
