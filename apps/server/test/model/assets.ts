/** The asset of an amount. A bill is a whole number of its atoms (10^-scale). */
export interface ModelAsset {
  readonly code: string;
  readonly scale: number;
}

/** The asset that every tenant has. */
export const xlm: ModelAsset = { code: 'XLM', scale: 7 };

/** An atom, in 10^-18 of the asset. */
export function atomOf({ scale }: ModelAsset): bigint {
  return 10n ** BigInt(18 - scale);
}

/** An amount in whole atoms, rounded down. */
export function atomsIn(amount: bigint, asset: ModelAsset): bigint {
  const atom = atomOf(asset);
  return amount >= 0n ? amount / atom : -((atom - 1n - amount) / atom);
}

/** A number of atoms as a decimal text, with all the places of the asset. */
export function atomsText(atoms: bigint, { scale }: ModelAsset): string {
  const sign = atoms < 0n ? '-' : '';
  const digits = String(atoms < 0n ? -atoms : atoms).padStart(scale + 1, '0');
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The members of an answer for a number of atoms: in stroops for XLM, as a decimal for other assets. */
export function atomsBody(name: string, atoms: bigint, asset: ModelAsset): Readonly<Record<string, string>> {
  return asset.code === xlm.code
    ? { [`${name}Stroops`]: String(atoms) }
    : { [name]: atomsText(atoms, asset) };
}

/** Sums of atoms of one asset. */
type Sums = Readonly<Record<string, bigint>>;

/** The sums of XLM, and the members of an answer for each other asset that has sums. */
export function sumsByAsset(
  all: readonly { readonly asset: ModelAsset; readonly sums: Sums }[],
  names: readonly string[],
) {
  const sumOf = (code: string, name: string) =>
    all.reduce((sum, { asset, sums }) => (asset.code === code ? sum + (sums[name] ?? 0n) : sum), 0n);
  const others = new Map(all.flatMap(({ asset }) => (asset.code === xlm.code ? [] : [[asset.code, asset]])));
  const items = [...others.values()]
    .sort((a, b) => (a.code < b.code ? -1 : 1))
    .map((asset) => ({
      asset: asset.code,
      ...Object.fromEntries(names.map((name) => [name, atomsText(sumOf(asset.code, name), asset)])),
    }));
  const inXlm = (name: string) => String(sumOf(xlm.code, name));
  return { inXlm, otherAssets: items.length === 0 ? {} : { otherAssets: items } };
}
