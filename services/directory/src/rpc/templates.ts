import type * as proto from '@trunkline/contracts';
import { type CallContext, invalidArgument, pageSizeOf, readPageToken, writePageToken } from '@trunkline/runtime';
import { z } from 'zod';
import type { DirectoryContext } from '../context.ts';
import type { ChannelDocument, TemplatesDocument } from '../store/documents.ts';

/** The platform is asked again when what is known is older than this. */
const freshMs = 10 * 60 * 1_000;
const timeout = { timeoutMS: 5_000 };
/** What one document can hold. */
const templatesMax = 5_000;
const phonesMax = 100;
const phone = /^\+[1-9]\d{6,14}$/;

/** The methods about templates and phone numbers: asked of the platform, through its connector. */
export function templates(context: DirectoryContext) {
  const { channels, templates: collection, making } = context;

  const sync = async ({ _id, tenantId, connector }: ChannelDocument): Promise<TemplatesDocument> => {
    const { templates: all } = await context.connector(connector).fetchTemplates({ channelId: _id });
    const document = { _id, tenantId, templates: all.slice(0, templatesMax), syncedAt: new Date(making.now()) };
    await collection.replaceOne({ _id }, document, { upsert: true, ...timeout });
    return document;
  };
  /** What was known before is better than nothing while the platform does not answer. */
  const fresh = async (channel: ChannelDocument): Promise<TemplatesDocument> => {
    const known = await collection.findOne({ _id: channel._id }, timeout);
    if (known !== null && known.syncedAt.getTime() > making.now() - freshMs) return known;
    return await sync(channel).catch((error: unknown) => {
      if (known === null) throw error;
      return known;
    });
  };

  return {
    listTemplates: async (request: proto.ListTemplatesRequest, { tenantScope }: CallContext) => {
      const limit = pageSizeOf(request.pageSize, { usual: 100, most: 1_000 });
      const from = readPageToken(request.pageToken, z.int().nonnegative()) ?? 0;
      const known = await fresh(await channels.get(request.channelId, tenantScope));
      const end = from + limit;
      const nextPageToken = end < known.templates.length ? writePageToken(end) : '';
      return { templates: known.templates.slice(from, end), nextPageToken, syncedAt: known.syncedAt };
    },
    syncTemplates: async ({ channelId }: proto.SyncTemplatesRequest, { tenantScope }: CallContext) => {
      const { templates: all, syncedAt } = await sync(await channels.get(channelId, tenantScope));
      return { count: all.length, syncedAt };
    },
    checkNumbers: async ({ channelId, phones }: proto.CheckNumbersRequest, { tenantScope }: CallContext) => {
      const { connector } = await channels.get(channelId, tenantScope);
      requirePhones(phones);
      const { numbers } = await context.connector(connector).findNumbers({ channelId, phones });
      const known = new Map(numbers.map((found) => [found.phone, found.platformId]));
      return {
        numbers: phones.map((each) => ({ phone: each, isKnown: known.has(each), platformId: known.get(each) ?? '' })),
      };
    },
  };
}

function requirePhones(phones: readonly string[]): void {
  const field = 'phones';
  if (phones.length === 0) throw invalidArgument({ field, description: 'is required' });
  if (phones.length > phonesMax) throw invalidArgument({ field, description: `must be ${phonesMax} at most` });
  const wrong = phones.findIndex((each) => !phone.test(each));
  if (wrong === -1) return;
  throw invalidArgument({ field: `phones[${wrong}]`, description: 'must be a number in the form +79990001122' });
}
