import type { Surroundings } from '../books/surroundings.ts';
import { exitCodes } from '../command-line/exit-codes.ts';
import { helpOf } from '../command-line/help.ts';
import { Misuse } from '../command-line/misuse.ts';
import { moneyText, xlmText } from '../command-line/money.ts';
import { misuseText } from '../command-line/parse.ts';
import { faultJson, faultText, isCallError, RemoteServer } from '../remote/call-server.ts';
import { parseRunOptions, type RunOptions } from './options.ts';
import { settleAll } from './run.ts';
import { settleSpec } from './spec.ts';

/** Runs `billonce settle`; returns the exit code of the process. */
export async function runSettle(
  args: readonly string[],
  { print, complain, environment, progress }: Surroundings,
): Promise<number> {
  let options: RunOptions | 'help';
  try {
    options = parseRunOptions(args, environment);
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    complain(misuseText(settleSpec, error.message.split('\n')));
    return exitCodes.misused;
  }
  if (options === 'help') {
    print(helpOf(settleSpec));
    return exitCodes.done;
  }
  const server = new RemoteServer(options, { progress });
  try {
    const { bills, billedStroops, otherAssets, left } = await settleAll(server.client, options, progress);
    if (options.isJson) {
      const { runId } = options;
      const others = otherAssets.length === 0 ? {} : { otherAssets };
      print(`${JSON.stringify({ runId, bills, billedStroops: String(billedStroops), ...others, left })}\n`);
    } else {
      const others = otherAssets
        .map(({ asset, totalBilled }) => `, ${moneyText(totalBilled, asset)}`)
        .join('');
      const sums = `${bills} ${bills === 1 ? 'bill' : 'bills'}, ${xlmText(billedStroops)}${others}`;
      print(`run ${options.runId}: ${sums}\n`);
      for (const account of left) print(`not settled: ${account}\n`);
    }
    return left.length === 0 ? exitCodes.done : exitCodes.incomplete;
  } catch (error) {
    if (!isCallError(error)) throw error;
    // The same command derives the same idempotency keys, so it has no option for one.
    const fault = { ...server.faultOf(error), idempotencyKey: undefined };
    complain(
      options.isJson
        ? faultJson(fault)
        : `billonce settle: ${faultText(fault)}The bills that were made are kept: run the same command again.\n`,
    );
    return exitCodes[fault.ending];
  }
}
