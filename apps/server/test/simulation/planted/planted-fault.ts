/** The test that finds a fault, by the beginning of its name. */
interface FindingTest {
  readonly file: `${string}.test.ts`;
  readonly name: string;
}

/** A planted fault changes one place of one file. The prover must find it. */
export interface PlantedFault {
  readonly name: string;
  /** path from the root of the repository */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** what finds it: the worlds of the server or of the library, or one test */
  readonly foundBy: 'server' | 'library' | FindingTest;
}

/** Faults of one file: for each name, the original text and the text with the fault. */
export function faultsOf(
  file: string,
  faults: Readonly<Record<string, readonly [string, string]>>,
  foundBy: PlantedFault['foundBy'] = 'server',
): readonly PlantedFault[] {
  return Object.entries(faults).map(([name, [from, to]]) => ({ name, file, from, to, foundBy }));
}
