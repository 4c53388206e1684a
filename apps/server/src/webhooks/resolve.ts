import { type LookupAddress, promises } from 'node:dns';
import type { Resolve } from './target.ts';

const answerWithinMs = 2_000;
const tries = 2;

/**
 * Resolves names with the DNS servers of the system. `dns.lookup` would occupy one of the few threads of the process
 * until a name is answered, and a tenant can choose names that are never answered. Hosts files are not read: their
 * addresses are those of this machine's network.
 */
export function dnsResolve(servers?: readonly string[]): Resolve {
  return (hostname, _options, done) => {
    // A new resolver for each lookup reads the servers of the system again.
    const resolver = new promises.Resolver({ timeout: answerWithinMs, tries });
    if (servers !== undefined) resolver.setServers(servers);
    const looked = Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    looked.then(
      ([four, six]) => {
        const addresses: LookupAddress[] = [
          ...(four.status === 'fulfilled' ? four.value.map((address) => ({ address, family: 4 })) : []),
          ...(six.status === 'fulfilled' ? six.value.map((address) => ({ address, family: 6 })) : []),
        ];
        if (addresses.length > 0) done(null, addresses);
        else done(new Error(`no address of ${hostname} is known`), []);
      },
      (error: unknown) => {
        done(new Error(`${hostname} could not be looked up`, { cause: error }), []);
      },
    );
  };
}
