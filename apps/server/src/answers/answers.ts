import type { OperationName } from '@billonce/contract';
import type { Command, Fact, FactOf, Kind } from '../domain/command.ts';
import { apiKeysAnswers } from './api-keys.ts';
import { assetsAnswers } from './assets.ts';
import { balancesAnswers } from './balances.ts';
import { creditsAnswers } from './credits.ts';
import { deliveriesAnswers } from './deliveries.ts';
import { holdsAnswers } from './holds.ts';
import { limitsAnswers } from './limits.ts';
import { pauseAnswers } from './pause.ts';
import type { Answer, ReplyOf } from './reply.ts';
import { reversalsAnswers } from './reversals.ts';
import { servicesAnswers } from './services.ts';
import { settingsAnswers } from './settings.ts';
import { settlementsAnswers } from './settlements.ts';
import { usageAnswers } from './usage.ts';
import { webhooksAnswers } from './webhooks.ts';

/** A command of a worker: no operation submits it, and its answer is not shown. */
const unseen = (): Answer => ({ status: 204 });

const answersOfFacts = {
  ...usageAnswers,
  ...reversalsAnswers,
  ...settlementsAnswers,
  ...creditsAnswers,
  ...assetsAnswers,
  ...balancesAnswers,
  ...holdsAnswers,
  time_passed: unseen,
  ...servicesAnswers,
  ...limitsAnswers,
  ...pauseAnswers,
  ...settingsAnswers,
  ...apiKeysAnswers,
  api_key_uses_noted: unseen,
  ...webhooksAnswers,
  ...deliveriesAnswers,
  delivery_reported: unseen,
} satisfies { readonly [K in Fact['kind']]: (fact: Extract<Fact, { readonly kind: K }>) => Answer };

/** Renders any fact; a method, because each answer of the table takes the facts of one kind. */
interface Renderer {
  render(fact: Fact): Answer;
}

const renderers: Readonly<Record<Fact['kind'], Renderer['render']>> = answersOfFacts;

/** Renders what happened as the answer of its operation. */
export function answerOf(fact: Fact): Answer {
  return renderers[fact.kind](fact);
}

/** The answers that a kind of command can have. */
type AnswerTo<K extends Kind> =
  FactOf<K> extends infer F extends Fact ? ReturnType<(typeof answersOfFacts)[F['kind']]> : never;

/** The commands that an operation may submit: those that are answered as its contract says. */
export type CommandFor<N extends OperationName> = Extract<
  Command,
  { readonly kind: { [K in Kind]: AnswerTo<K> extends ReplyOf<N> ? K : never }[Kind] }
>;
