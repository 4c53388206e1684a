/** A call of a language model, with the members that matter for its price. */
export interface ModelCall {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly max_tokens: number;
}

const maxTokensDefault = 256;
const maxTokensMost = 4_096;
/** Tokens that a message may add to its text: its role and delimiters. */
const tokensAroundMessage = 16;

/** A description of a valid call, for the error message. */
export const callForm = `a call has a model, messages with role and content, and max_tokens from 1 to ${maxTokensMost}`;

/** The call in a body; `undefined` if the body is not a valid call. */
export function parseCall(body: unknown): ModelCall | undefined {
  const { model, messages, max_tokens: maxTokens = maxTokensDefault } = membersOf(body);
  if (typeof model !== 'string' || !Array.isArray(messages) || messages.length === 0) return undefined;
  if (typeof maxTokens !== 'number' || !Number.isInteger(maxTokens)) return undefined;
  if (maxTokens < 1 || maxTokens > maxTokensMost) return undefined;
  const read = messages.map((message: unknown) => {
    const { role, content } = membersOf(message);
    return typeof role === 'string' && typeof content === 'string' ? [{ role, content }] : [];
  });
  if (read.some((message) => message.length === 0)) return undefined;
  return { model, messages: read.flat(), max_tokens: maxTokens };
}

/** The most tokens that a call can take. A token is at least one byte, so no tokenizer is needed. */
export function worstCaseOf({ messages, max_tokens: maxTokens }: ModelCall): number {
  const prompt = messages.map(({ content }) => Buffer.byteLength(content) + tokensAroundMessage);
  return prompt.reduce((sum, tokens) => sum + tokens, maxTokens);
}

/** The tokens used so far according to an event of a stream; `undefined` if the event has no usage. */
export function tokensIn(event: string): number | undefined {
  try {
    const { prompt_tokens: prompt, completion_tokens: completion } = membersOf(
      membersOf(JSON.parse(event))['usage'],
    );
    const tokens = Number(prompt) + Number(completion);
    return Number.isSafeInteger(tokens) ? tokens : undefined;
  } catch {
    return undefined;
  }
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
