import type * as proto from '@trunkline/contracts';
import { type CreatePortalRequest, PortalKeyState, PortalQueueKind, PortalSettings } from '@trunkline/contracts';
import {
  asTrunklineError,
  type CallContext,
  invalidArgument,
  requireConsumerName,
  requireText,
  tenantFor,
} from '@trunkline/runtime';
import type { DirectoryContext } from '../context.ts';
import { newEntity } from '../domain/create.ts';
import type { PortalDocument } from '../store/documents.ts';
import { withPresentKeys } from './portal-keys.ts';

function portal(document: PortalDocument): proto.Portal {
  const { _id: id, tenantId, name, url, isActive, settings, keys = [], createdAt } = document;
  const kids = keys.filter(({ state }) => state !== PortalKeyState.PORTAL_KEY_STATE_DELETED).map(({ kid }) => kid);
  return { id, tenantId, name, url, isActive, settings, kids, createdAt };
}

/** An address that events can be sent to; empty for a portal that pulls. Whether it is public is checked when connecting. */
function checkedUrl(url: string): string {
  if (url === '') return url;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isHttp = parsed?.protocol === 'https:' || parsed?.protocol === 'http:';
  if (isHttp && parsed.username === '' && parsed.password === '' && url.length <= 2_000) return parsed.href;
  throw invalidArgument({ field: 'url', description: 'Must be an http or https address without user and password.' });
}

type NumberSetting = Exclude<keyof PortalSettings, 'primaryConsumer' | 'queueKind' | 'isStatusPublic'>;

const limits: Record<NumberSetting, readonly [least: number, most: number]> = {
  lingerMs: [1, 60_000],
  batchEvents: [1, 100],
  batchBytes: [1_024, 262_144],
  timeoutMs: [1_000, 60_000],
  retentionHours: [1, 48],
  requestsPerMinute: [1, 60_000],
  parallelRequests: [2, 16],
};

function checkedSettings(settings: PortalSettings | undefined): PortalSettings {
  const given = PortalSettings.fromPartial(settings ?? {});
  const names = Object.keys(limits) as NumberSetting[];
  const wrong = names.filter((name) => {
    const [least, most] = limits[name];
    return given[name] !== 0 && (given[name] < least || given[name] > most);
  });
  if (given.primaryConsumer !== '') requireConsumerName('settings.primary_consumer', given.primaryConsumer);
  checkQueueKind(given);
  if (wrong.length === 0) return given;
  const described = (name: NumberSetting) => `Must be ${limits[name].join(' to ')}, or 0 for the default.`;
  throw invalidArgument(
    ...wrong.map((name) => ({ field: `settings.${asInContract(name)}`, description: described(name) })),
  );
}

const queueKinds: readonly PortalQueueKind[] = [
  PortalQueueKind.PORTAL_QUEUE_KIND_UNSPECIFIED,
  PortalQueueKind.PORTAL_QUEUE_KIND_SEQUENTIAL_GUARANTEED,
  PortalQueueKind.PORTAL_QUEUE_KIND_SEQUENTIAL_ONCE,
  PortalQueueKind.PORTAL_QUEUE_KIND_PARALLEL_GUARANTEED,
  PortalQueueKind.PORTAL_QUEUE_KIND_PARALLEL_ONCE,
];
/** The only kinds of a portal that pulls: one stream, of which it acknowledges what it likes. */
const pullKinds = queueKinds.slice(0, 2);

function checkQueueKind({ queueKind, primaryConsumer }: PortalSettings): void {
  const field = 'settings.queue_kind';
  if (!queueKinds.includes(queueKind)) {
    const description =
      'Must be PORTAL_QUEUE_KIND_SEQUENTIAL_GUARANTEED (the default), …_SEQUENTIAL_ONCE, …_PARALLEL_GUARANTEED or …_PARALLEL_ONCE.';
    throw invalidArgument({ field, description });
  }
  if (primaryConsumer === '' || pullKinds.includes(queueKind)) return;
  const description =
    'A portal that pulls has one stream, and decides itself what it takes: leave the queue kind at its default.';
  throw invalidArgument({ field, description });
}

function asInContract(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The methods about portals. */
export function portals(context: DirectoryContext) {
  const { portals: store, tenants, sealing, making } = context;
  return {
    createPortal: async (request: CreatePortalRequest, caller: CallContext) => {
      const tenantId = tenantFor(caller, request.tenantId);
      await tenants.get(tenantId, tenantId);
      const entity = newEntity('portal', tenantId, request, making);
      const settings = checkedSettings(request.settings);
      const made = await store.create({ ...entity, url: checkedUrl(request.url), settings, keys: [], keysRevision: 0 });
      // The portal stands before its first key: a crash between the two is healed by repeating the call.
      const order = { portalId: made._id, tenantId, idempotencyKey: 'create' };
      try {
        const { licenceKey } = await sealing.rotateKey(order);
        return { portal: portal(await withPresentKeys(context, made._id, tenantId)), licenceKey };
      } catch (error) {
        // A late repeat gets what was made then; the key was shown, and is not shown again.
        if (asTrunklineError(error).code !== 'failed_precondition') throw error;
        const known = await withPresentKeys(context, made._id, tenantId);
        // Nothing was made then: it is the sealer that makes no keys now.
        if ((known.keys ?? []).length === 0) throw error;
        return { portal: portal(known), licenceKey: '' };
      }
    },
    getPortal: async ({ portalId }: proto.GetPortalRequest, { tenantScope }: CallContext) =>
      portal(await store.get(portalId, tenantScope)),
    listPortals: async (request: proto.ListPortalsRequest, caller: CallContext) => {
      const { items, nextPageToken } = await store.list(tenantFor(caller, request.tenantId), request);
      return { portals: items.map(portal), nextPageToken };
    },
    updatePortal: async ({ portalId, name, url, settings }: proto.UpdatePortalRequest, { tenantScope }: CallContext) =>
      portal(
        await store.update(portalId, tenantScope, {
          ...(name !== undefined && { name: requireText('name', name) }),
          ...(url !== undefined && { url: checkedUrl(url) }),
          ...(settings !== undefined && { settings: checkedSettings(settings) }),
        }),
      ),
    switchPortal: async ({ portalId, isActive }: proto.SwitchPortalRequest, { tenantScope }: CallContext) =>
      portal(await store.update(portalId, tenantScope, { isActive })),
  };
}
