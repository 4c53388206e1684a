import { allScopes, type Scope } from '../domain/api-key.ts';

/** Scopes as a column keeps them: their names, with a space between; absent for all. */
export function scopesText(scopes: readonly Scope[] | undefined): string | null {
  return scopes === undefined ? null : scopes.join(' ');
}

/** IP addresses and ranges as a column keeps them; absent for all. */
export function addressesText(addresses: readonly string[] | undefined): string | null {
  return addresses === undefined ? null : addresses.join(' ');
}

export function storedAddresses(text: string | undefined): readonly string[] | undefined {
  return text?.split(' ');
}

/** @throws {Error} for a name that this version does not know: what the key may do is not guessed */
export function storedScopes(text: string | undefined): readonly Scope[] | undefined {
  return text?.split(' ').map((name) => {
    const scope = allScopes.find((known) => known === name);
    if (scope === undefined) throw new Error('an API key has a scope that this version does not know');
    return scope;
  });
}
