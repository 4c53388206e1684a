import { readVersion } from '../../version.ts';
import { type Finding, findingsOf } from './finding.ts';

const nodeMajorMin = 24;

/** Versions of what runs this process. */
export interface Versions {
  readonly node: string;
  readonly sqlite: string | undefined;
}

/** Whether this Node can run a server. */
export function checkVersions({ node, sqlite }: Versions): Finding {
  const { ok, stop } = findingsOf('versions');
  const found = `Billonce ${readVersion()}, Node ${node}, SQLite ${sqlite ?? 'missing'}`;
  if (Number(node.split('.')[0]) < nodeMajorMin) return stop(found, `install Node ${nodeMajorMin} or later`);
  if (sqlite === undefined)
    return stop(found, 'use a Node that was built with SQLite, such as that of nodejs.org');
  return ok(found);
}
