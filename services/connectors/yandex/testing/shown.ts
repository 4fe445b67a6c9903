import { jsonOf, type PlatformAnswer, type PlatformRequest } from '@trunkline/testkit';

/** What Yandex answers when all is well. */
export function takenBy({ url }: PlatformRequest): PlatformAnswer {
  const made = url.includes('/chats/create') ? { chat_id: '0/0/aaaabbbb' } : {};
  return { status: 200, body: { ok: true, message_id: 1_782_900_140_000_002, ...made } };
}

/** Requests as the fixtures show them: ids to their last digit, fields of a form as what they hold. */
export async function shown(asked: readonly PlatformRequest[]): Promise<unknown> {
  return asked.length === 0 ? null : await Promise.all(asked.map(oneShown));
}

async function oneShown(request: PlatformRequest): Promise<unknown> {
  const { body, url } = request;
  const path = url.split('/bot/v1/')[1];
  if (!(body instanceof FormData)) {
    const text = String(body).replaceAll(/:(\d{16,})/g, ':"$1"');
    return { path, body: await jsonOf({ ...request, body: text }) };
  }
  const fields = [...body].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []));
  const files = [...body].flatMap(([name, value]) => (typeof value === 'string' ? [] : `${name}: ${value.name}`));
  return { path, fields: Object.fromEntries(fields), files };
}
