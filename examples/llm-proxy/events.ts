const eventLengthMax = 1_000_000;

/** The data of the events of a stream, without the last one, `[DONE]`. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > eventLengthMax) throw new Error('an event of the provider is too long');
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = text.slice(0, end).replace(/^data: /, '');
      text = text.slice(end + 2);
      if (data === '[DONE]') return;
      yield data;
    }
  }
  throw new Error('the provider ended in the middle of its answer');
}
