import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Config } from '../../config.ts';
import { readVersion } from '../../version.ts';
import { memberOf, textOf } from '../move/json-members.ts';
import { type Finding, findingsOf, reasonOf } from './finding.ts';

const of = findingsOf('port');
const answerWithinMs = 3_000;
const privilegedBelow = 1_024;

/**
 * Whether a server can listen at its configured address. The check does not listen itself: it tries to connect to see
 * whether the port is free.
 */
export async function checkPort({ host, port, tls }: Config): Promise<Finding> {
  const place = `${host}:${port}`;
  let addresses: readonly string[];
  try {
    addresses = (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    return of.stop(`HOST is ${host}: ${reasonOf(error)}`, 'set HOST to an address of this machine');
  }
  if (!addresses.some(isOwn))
    return of.stop(`HOST is ${host}, which is not an address of this machine`, 'set HOST to one that is');
  if (port === 0) return of.ok('PORT is 0: a server takes a free port');
  const [address = host] = addresses;
  if (await isTaken(everyAddress.get(address) ?? address, port))
    return await whoListens(address, port, tls !== undefined);
  if (port < privilegedBelow && process.getuid?.() !== 0) {
    return of.fix(
      `${place} is free, and below ${privilegedBelow}`,
      'make sure that the user of the server may use it, or set PORT to a higher one',
    );
  }
  return of.ok(`${place} is free`);
}

/** The address to connect to if a server listens on all addresses. */
const everyAddress: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

function isOwn(address: string): boolean {
  if (everyAddress.has(address) || address.startsWith('127.')) return true;
  return Object.values(networkInterfaces()).some((of) => of?.some((one) => one.address === address));
}

function isTaken(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: answerWithinMs });
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket
      .on('connect', () => end(true))
      .on('error', () => end(false))
      .on('timeout', () => end(false));
  });
}

/** A server that is already running is not a fault. */
async function whoListens(address: string, port: number, isTls: boolean): Promise<Finding> {
  const host = everyAddress.get(address) ?? address;
  const url = `${isTls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const taken = of.stop(
    `${url} is in use by another program`,
    'stop that program, or set PORT to a free port',
  );
  try {
    const response = await fetch(`${url}/api/v1/version`, {
      signal: AbortSignal.timeout(answerWithinMs),
      redirect: 'manual',
    });
    const found: unknown = await response.json();
    const version = textOf(found, 'version');
    // A server that requires API keys does not show its version to every client.
    if (
      version === undefined &&
      textOf(found, 'requestId') === undefined &&
      memberOf(found, 'error') === undefined
    )
      return taken;
    if (version === undefined) return of.ok(`a Billonce server listens on ${url}`);
    const own = readVersion();
    return version === own
      ? of.ok(`a Billonce server of version ${version} listens on ${url}`)
      : of.fix(
          `a Billonce server of version ${version} listens on ${url}, and this is ${own}`,
          'use one version for both',
        );
  } catch (error) {
    return isTls && error instanceof TypeError
      ? of.ok(`a server listens on ${url}; its certificate is not checked here`)
      : taken;
  }
}
