import { commandOracle } from './command.ts';
import { sqlOracle } from './sql.ts';
import { urlOracle } from './url.ts';

/** Counts effects without asking the API whether it executed something: a balance, a number of rows, a total. */
export interface Oracle {
  /** what is counted, for reports */
  readonly description: string;
  /** @throws {Error} if there is no whole number to read */
  readonly count: () => Promise<bigint>;
}

/** Where effects are counted. */
export type CountSource =
  | { readonly kind: 'url'; readonly url: URL }
  | { readonly kind: 'sql'; readonly statement: string; readonly database: string }
  | { readonly kind: 'command'; readonly command: string };

/** The oracle of a source. `headers` are sent with a request for a URL. */
export function oracleOf(source: CountSource, headers: Readonly<Record<string, string>>): Oracle {
  switch (source.kind) {
    case 'url':
      return urlOracle(source.url, headers);
    case 'sql':
      return sqlOracle(source.statement, source.database);
    case 'command':
      return commandOracle(source.command);
  }
}
