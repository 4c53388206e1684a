import type { Pause } from '../../domain/pause.ts';
import type { Settings } from '../../domain/settings.ts';

/** Reads of the operator's settings, and of the stored facts about ids. */
export interface OperatorReads {
  pause(): Promise<Pause>;
  settings(): Promise<Settings>;
  /** the most by which the time in an id was ever ahead of the time when its thing was recorded */
  idsAheadMaxMs(): Promise<number>;
}
