/** The test that finds a fault, by how its name begins. */
interface FindingTest {
  readonly file: `${string}.test.ts`;
  readonly name: string;
}

/** A fault that is planted: one place of one file reads otherwise. The prover must find it. */
export interface PlantedFault {
  readonly name: string;
  /** from the root of the repository */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** what finds it: the worlds of the server or of the library, or one test */
  readonly foundBy: 'server' | 'library' | FindingTest;
}

/** Faults of one file: for each name, what the file reads and what it reads with the fault. */
export function faultsOf(
  file: string,
  faults: Readonly<Record<string, readonly [string, string]>>,
  foundBy: PlantedFault['foundBy'] = 'server',
): readonly PlantedFault[] {
  return Object.entries(faults).map(([name, [from, to]]) => ({ name, file, from, to, foundBy }));
}
