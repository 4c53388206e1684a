// Prints the packages of the server as a CycloneDX document: each with version, licence and the hash of its archive. npm lists
// the packages, but its --omit=dev omits those that a development dependency shares with the server, so they are selected here.
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';

interface Edges {
  readonly ref: string;
  readonly dependsOn: readonly string[];
}

interface Bom {
  readonly metadata: object;
  readonly components: readonly { readonly 'bom-ref': string }[];
  readonly dependencies: readonly Edges[];
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
}

const root = '@billonce/server';

/** npm also lists the development dependencies of our packages; third-party packages have none in the list. */
function runtimeEdges(bom: Bom, manifests: readonly Manifest[]): ReadonlyMap<string, readonly string[]> {
  const nameOf = (ref: string) => ref.slice(0, ref.lastIndexOf('@'));
  const edges = new Map(bom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  for (const { name, version, dependencies } of manifests) {
    const ref = `${name}@${version}`;
    const kept = (edges.get(ref) ?? []).filter((other) => dependencies.includes(nameOf(other)));
    if (kept.length < dependencies.length) throw new Error(`npm does not list every dependency of ${ref}`);
    edges.set(ref, kept);
  }
  return edges;
}

function reachable(edges: ReadonlyMap<string, readonly string[]>, from: string): ReadonlySet<string> {
  const found = new Set<string>();
  const ahead = [from];
  for (let ref = ahead.pop(); ref !== undefined; ref = ahead.pop()) {
    if (found.has(ref)) continue;
    found.add(ref);
    ahead.push(...(edges.get(ref) ?? []));
  }
  return found;
}

function parseManifest(file: string): Manifest {
  const { name, version, dependencies = {} } = JSON.parse(readFileSync(file, 'utf8'));
  return { name, version, dependencies: Object.keys(dependencies) };
}

function parseBom(text: string): Bom {
  return JSON.parse(text);
}

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const bom = parseBom(
  execFileSync(npm, ['sbom', '--sbom-format=cyclonedx'], { encoding: 'utf8', maxBuffer: 64 * 1_024 * 1_024 }),
);
const manifests = globSync('{packages,apps}/*/package.json').map(parseManifest);
const server = manifests.find(({ name }) => name === root);
if (server === undefined) throw new Error(`${root} is not in the workspace`);
const edges = runtimeEdges(bom, manifests);
const rootRef = `${root}@${server.version}`;
const kept = reachable(edges, rootRef);
const component = bom.components.find((one) => one['bom-ref'] === rootRef);
const document = {
  ...bom,
  metadata: { ...bom.metadata, component: { ...component, type: 'application' } },
  components: bom.components.filter((one) => one['bom-ref'] !== rootRef && kept.has(one['bom-ref'])),
  dependencies: [...kept].sort().map((ref) => ({ ref, dependsOn: edges.get(ref) ?? [] })),
};
process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
