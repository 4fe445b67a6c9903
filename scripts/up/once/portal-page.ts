import { randomUUID } from 'node:crypto';

/** The operator's side of the demo page. */
export interface PortalSide extends AsyncDisposable {
  /** Resolves with the event that carries this text, once the portal has verified, opened and taken it. */
  readonly received: (text: string) => Promise<ReceivedEvent>;
  /** Answers; gives the id of what will be sent. */
  readonly answer: (conversationId: string, text: string) => Promise<string>;
  /** Everything that was taken since the page was opened, in order. */
  readonly events: readonly TakenEvent[];
  /** Ids of the messages that were received and answered. */
  readonly messageIds: readonly string[];
  /** What was not as it should be: a sequence that does not follow the former one. */
  readonly problems: readonly string[];
}

/** An event as the portal took it. */
export interface ReceivedEvent {
  readonly conversationId: string;
  readonly traceparent: string;
}

/** An event of any kind. */
export interface TakenEvent extends ReceivedEvent {
  readonly sequence: string;
  readonly id: string;
  readonly data: {
    readonly messageReceived?: {
      readonly id?: string;
      readonly content?: { readonly text?: { readonly plain?: string } };
    };
    readonly messageEdited?: {
      readonly messageId?: string;
      readonly content?: { readonly text?: { readonly plain?: string } };
    };
    readonly messageReaction?: { readonly messageId?: string; readonly reactions?: readonly string[] };
  };
}

/** Follows the page's stream of events, as the page does. */
export async function openPortalPage(pageUrl: string): Promise<PortalSide> {
  const ending = new AbortController();
  const response = await fetch(new URL('/api/state', pageUrl), { signal: ending.signal });
  const events: TakenEvent[] = [];
  const problems: string[] = [];
  const messageIds: string[] = [];
  const waiting = new Set<() => void>();
  const take = (event: TakenEvent) => {
    const former = events.at(-1);
    if (former && BigInt(event.sequence) !== BigInt(former.sequence) + 1n) {
      problems.push(`event ${event.sequence} came after ${former.sequence}`);
    }
    events.push(event);
    for (const look of waiting) look();
  };
  const reading = read(response, (name, data) => {
    if (name === 'taken') take((data as { event: TakenEvent }).event);
  });
  reading.catch(() => {});
  return {
    events,
    problems,
    messageIds,
    received: (text) =>
      new Promise((done) => {
        const look = () => {
          const found = events.find(({ data }) => data.messageReceived?.content?.text?.plain === text);
          if (!found) return;
          waiting.delete(look);
          messageIds.push(found.id);
          done(found);
        };
        waiting.add(look);
        look();
      }),
    answer: async (conversationId, text) => {
      const body = JSON.stringify({ conversationId, text, key: randomUUID() });
      const answered = await fetch(new URL('/api/answer', pageUrl), {
        method: 'POST',
        body,
        signal: AbortSignal.timeout(15_000),
      });
      const result = (await answered.json()) as { outcome?: string; messageId?: string };
      if (result.outcome !== 'accepted') throw new Error(`The answer was not taken: ${JSON.stringify(result)}`);
      const messageId = result.messageId ?? '';
      messageIds.push(messageId);
      return messageId;
    },
    [Symbol.asyncDispose]: async () => ending.abort(),
  };
}

/** Reads server-sent events until the response ends. */
async function read(response: Response, take: (name: string, data: unknown) => void): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const name = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (name !== undefined && data !== undefined) take(name, JSON.parse(data));
    }
  }
}
