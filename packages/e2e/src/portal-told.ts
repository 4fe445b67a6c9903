import type { TakenEvent } from '../../../scripts/up/once/portal-page.ts';

/** What an opened event tells a portal, as far as stories look. */
export interface ToldEvent {
  readonly conversationId: string;
  readonly contact?: { readonly source?: Context } & Readonly<Record<string, unknown>>;
  /** Words of a person. */
  readonly text?: string | undefined;
  readonly started?: { readonly payload?: string };
  /** What brought the person, whatever they did first. */
  readonly context?: Context | undefined;
  readonly status?: { readonly messageId?: string; readonly state?: string };
}

interface Context {
  readonly ref?: string;
  readonly source?: string;
}

interface Opened {
  readonly channel?: { readonly id?: string };
  readonly contact?: NonNullable<ToldEvent['contact']>;
  readonly messageReceived?: {
    readonly content?: { readonly text?: { readonly plain?: string } };
    readonly context?: Context;
  };
  readonly buttonPressed?: { readonly context?: Context };
  readonly conversationStarted?: { readonly payload?: string; readonly context?: Context };
  readonly subscriptionChanged?: object;
  readonly messageStatus?: NonNullable<ToldEvent['status']>;
}

/** Everything that a portal was told of one channel, in order. Pure. */
export function toldIn(events: readonly TakenEvent[], channelId: string): readonly ToldEvent[] {
  const opened = events.map(({ conversationId, data }) => ({ conversationId, data: data as Opened }));
  return opened
    .filter(({ data }) => data.channel?.id === channelId)
    .map(({ conversationId, data }) => {
      const {
        contact,
        messageReceived: message,
        buttonPressed: press,
        conversationStarted: started,
        subscriptionChanged: subscribed,
        messageStatus: status,
      } = data;
      return {
        conversationId,
        ...(contact && { contact }),
        ...(started && { started }),
        ...(status && { status }),
        text: message?.content?.text?.plain,
        // Whoever joins has it as the contact's source alone.
        context: started?.context ?? message?.context ?? press?.context ?? (subscribed && contact?.source),
      };
    });
}
