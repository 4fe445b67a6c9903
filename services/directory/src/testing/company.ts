import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { collections } from '@trunkline/contracts';
import type { ChannelDocument } from '../store/documents.ts';
import { connector, type Surroundings } from './surroundings.ts';

/** An administrator. */
export const everybody = { tenant: '*' };

/** A new idempotency key. */
export const key = () => ({ idempotencyKey: randomUUID() });

/** A tenant with a portal and a line; each test has its own. */
export async function companyIn(around: Surroundings) {
  const tenant = await around.gateway.createTenant({ ...key(), name: 'Shop' }, everybody);
  const own = { tenant: tenant.id };
  const { portal } = await around.gateway.createPortal({ ...key(), name: 'CRM', url: 'https://crm.example/in' }, own);
  const line = await around.gateway.createLine({ ...key(), name: 'Questions', portalId: portal?.id ?? '' }, own);
  return { tenant, own, portal: portal ?? assert.fail(), line };
}

/** An account of the platform, with its token. */
export function accountIn(around: Surroundings, id: string = randomUUID()) {
  const token = `token of ${id} ${randomUUID()}`;
  around.platform.accounts.set(token, id);
  return { id, token };
}

/** A connected channel of a company, and the request that made it. */
export async function channelIn(
  around: Surroundings,
  at: Awaited<ReturnType<typeof companyIn>>,
  token = accountIn(around).token,
) {
  const request = { ...key(), connector, name: 'Bot', lineId: at.line.id, secrets: { token } };
  return { request, channel: await around.gateway.createChannel(request, at.own) };
}

/** A channel as the store has it. */
export async function storedIn(around: Surroundings, channelId: string): Promise<ChannelDocument> {
  const found = await around.collection(collections.directory.channels).findOne({ _id: channelId });
  return (found as ChannelDocument | null) ?? assert.fail('the channel is not stored');
}
