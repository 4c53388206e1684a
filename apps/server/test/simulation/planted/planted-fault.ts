/** A fault that is planted: one place of one file reads otherwise. The prover must find it. */
export interface PlantedFault {
  readonly name: string;
  /** from the root of the repository */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** the module whose worlds find it */
  readonly world: 'server' | 'library';
}

/** Faults of one file: for each name, what the file reads and what it reads with the fault. */
export function faultsOf(
  file: string,
  faults: Readonly<Record<string, readonly [string, string]>>,
  world: PlantedFault['world'] = 'server',
): readonly PlantedFault[] {
  return Object.entries(faults).map(([name, [from, to]]) => ({ name, file, from, to, world }));
}
