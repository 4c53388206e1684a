import { operations } from '@billonce/contract';
import type { Surroundings } from '../books/surroundings.ts';
import { exitCodes } from '../command-line/exit-codes.ts';
import { helpOf } from '../command-line/help.ts';
import { misuseText, parseWords } from '../command-line/parse.ts';
import { apiKeyOf, integerOf, serverOf, tenantOf } from '../command-line/settings.ts';
import { memberOf } from '../move/json-members.ts';
import { faultJson, faultText, isCallError, type RemoteAccess, RemoteServer } from '../remote/call-server.ts';
import { checkPart } from '../remote/check-part.ts';
import { eventLine } from './event-line.ts';
import { type FollowWish, follow } from './follow.ts';
import { watchOptions, watchSpec } from './spec.ts';

/** The surroundings of a command that goes on until it is stopped. */
export interface WatchSurroundings extends Omit<Surroundings, 'print'> {
  /** resolves once the output takes more */
  readonly write: (text: string) => Promise<void>;
  /** the signal that ends the command regularly */
  readonly interrupt: AbortSignal;
}

interface WatchWish extends FollowWish {
  readonly access: RemoteAccess;
  readonly agent: string | undefined;
  /** 0: without an end */
  readonly count: number;
  readonly isJson: boolean;
}

/** Runs `billonce watch`; returns the exit code of the process. */
export async function runWatch(args: readonly string[], surroundings: WatchSurroundings): Promise<number> {
  const wish = parseWatch(args, surroundings.environment);
  if (wish === 'help') {
    await surroundings.write(helpOf(watchSpec));
    return exitCodes.done;
  }
  if (!('access' in wish)) {
    surroundings.complain(misuseText(watchSpec, wish));
    return exitCodes.misused;
  }
  return await watch(wish, surroundings);
}

async function watch(
  { access, agent, count, isJson, ...wish }: WatchWish,
  { write, complain, interrupt }: WatchSurroundings,
): Promise<number> {
  // This command waits and retries itself, and reports it.
  const server = new RemoteServer(access, { attemptsMax: 1 });
  const say = (text: string) => complain(`billonce watch: ${text}\n`);
  const notice = {
    away: (error: Error) =>
      say(`the server cannot be reached (${messageOf(error, server)}); retrying until it answers`),
    back: () => say('the server is back'),
  };
  let shown = 0;
  try {
    for await (const event of follow(server.client, wish, interrupt, notice)) {
      if (agent !== undefined && memberOf(event.data, 'agent') !== agent) continue;
      await write(`${isJson ? JSON.stringify(event) : eventLine(event)}\n`);
      shown += 1;
      if (shown === count || interrupt.aborted) break;
    }
    return exitCodes.done;
  } catch (error) {
    if (!isCallError(error)) throw error;
    const fault = server.faultOf(error);
    complain(isJson ? faultJson(fault) : `billonce watch: ${faultText(fault)}`);
    return exitCodes[fault.ending];
  }
}

function messageOf(error: Error, server: RemoteServer): string {
  return isCallError(error) ? server.faultOf(error).message : error.message;
}

function parseWatch(
  args: readonly string[],
  environment: Surroundings['environment'],
): WatchWish | 'help' | readonly string[] {
  const words = parseWords(watchSpec, watchOptions, args);
  const { values } = words;
  if (values.help) return 'help';
  if (words.areOptionsWrong) return words.mistakes;
  const mistakes = [...words.mistakes];
  const { since, type, agent } = values;
  const filter = { ...(since === undefined ? {} : { since }), ...(type === undefined ? {} : { type }) };
  checkPart(operations.listEvents.query, filter, { since: '--since', type: '--type' }, mistakes);
  const wish = {
    access: {
      server: serverOf(values.server, environment, mistakes),
      apiKey: apiKeyOf(values['api-key'], environment, mistakes),
      tenant: tenantOf(values.tenant, environment, mistakes),
    },
    since,
    type,
    agent,
    count: integerOf('events', watchOptions.events, values.events, mistakes),
    everyMs: integerOf('every', watchOptions.every, values.every, mistakes),
    isJson: values.json,
  };
  return mistakes.length > 0 ? mistakes : wish;
}
