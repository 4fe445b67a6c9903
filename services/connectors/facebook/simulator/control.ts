import { GraphError, type HookCaller } from '@trunkline/testkit/simulator';
import { threadEvent } from './hook.ts';
import { inboxAppId, isOurs, type Page, type Person } from './page.ts';
import type { Event, Fields } from './types.ts';

const dayMs = 24 * 60 * 60_000;

/** Calls that pass a thread between apps; undefined for one that there is not. Throws GraphError. */
export function callControl(page: Page, hook: HookCaller<Event>, call: string, fields: Fields): Fields | undefined {
  if (call === 'GET thread_owner') {
    const { owner } = personFor(page, fields.recipient);
    const expiration = Math.floor((page.now() + dayMs) / 1_000);
    return { data: owner === undefined ? [] : [{ thread_owner: { app_id: owner, expiration } }] };
  }
  const action = /^POST (\w+)_thread_control$/.exec(call)?.[1];
  if (action === undefined) return undefined;
  const recipient = typeof fields.recipient === 'string' ? JSON.parse(fields.recipient) : fields.recipient;
  const person = personFor(page, (recipient as { id?: string } | undefined)?.id);
  const { target_app_id: target, metadata } = fields;
  switch (action) {
    case 'pass':
      if (!isOurs(page, person))
        throw new GraphError(10, 'Another app is controlling this thread now.', { subcode: 2018300 });
      if (typeof target !== 'string') throw new GraphError(100, 'Param target_app_id must be given');
      return moved(page, hook, person, { owner: target, metadata });
    case 'take':
      return moved(page, hook, person, { owner: page.appId, metadata, event: 'take_thread_control' });
    case 'request':
      return { success: true };
    case 'release':
      return moved(page, hook, person, { owner: undefined, metadata });
    case 'extend':
      return { success: true };
    default:
      return undefined;
  }
}

function personFor({ people }: Page, id: unknown): Person {
  const person = people.get(String(id ?? ''));
  if (person === undefined) throw new GraphError(100, 'No matching user found', { subcode: 2018001 });
  return person;
}

interface Move {
  readonly owner: string | undefined;
  readonly metadata?: unknown;
  readonly event?: string;
}

/** A thread gets another owner, and everybody hears of it. */
export function moved(
  page: Page,
  hook: HookCaller<Event>,
  person: Person,
  { owner, metadata, event = 'pass_thread_control' }: Move,
): Fields {
  const previous_owner_app_id = person.owner ?? null;
  person.owner = owner;
  const what = {
    previous_owner_app_id,
    new_owner_app_id: owner ?? null,
    ...(metadata === undefined ? {} : { metadata }),
  };
  hook.push(threadEvent(page, person, 'messaging_handovers', { [event]: what }));
  page.chats.of(person.id).state = owner === inboxAppId ? 'answered from the inbox' : '';
  page.chats.tell();
  return { success: true };
}
