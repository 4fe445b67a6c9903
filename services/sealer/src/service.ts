import { collections, factTraceparentOf, SealingServiceDefinition } from '@trunkline/contracts';
import { defineService, laneEvents, laneSpans, runKeyedLog, signFileUrl, workLanes } from '@trunkline/runtime';
import { config } from './config.ts';
import { sealFacts } from './consume/seal-facts.ts';
import { createKek } from './domain/kek.ts';
import type { KeyUse } from './domain/key-use.ts';
import type { FileLink } from './domain/portal-event.ts';
import { openHistory } from './history.ts';
import { loadKek } from './kek/load-kek.ts';
import { createKeyRing } from './key-ring.ts';
import { keyUses } from './key-uses.ts';
import { sealingKey } from './opened-keys.ts';
import { overflowOf } from './overflow.ts';
import { deleteKey } from './rpc/delete-key.ts';
import { getSigningKeys } from './rpc/get-signing-keys.ts';
import { listKeys } from './rpc/list-keys.ts';
import { open } from './rpc/open.ts';
import { reseal } from './rpc/reseal.ts';
import { revoke } from './rpc/revoke.ts';
import { rotateKey } from './rpc/rotate-key.ts';
import { seal } from './rpc/seal.ts';
import { parkedItems } from './store/parked.ts';
import { portalKeys } from './store/portal-keys.ts';

/** How long a link to a file lives: as long as its message may wait, be parked and be sent again. */
const linkLifeMs = 400 * 24 * 60 * 60 * 1_000;

/** The sealer: numbers and encrypts each portal's stream, and keeps the portals' keys. */
export const sealer = defineService({
  name: 'sealer',
  config,
  uses: { bus: true, store: true, rpc: true },
  start: async (runtime) => {
    const { config: settings, store, metrics, log, bus, now } = runtime;
    const kek = createKek(await loadKek(settings, runtime));
    const keys = portalKeys(store.collection(collections.sealer.keys));
    const ring = createKeyRing({
      ...{ store: keys, kek, now },
      onDamaged: ({ kid, portalId, error }) => log.error('A licence key is damaged', { portal: portalId, kid, error }),
    });
    runtime.run(
      'changed keys',
      ring.follow(runtime.signal, (error) => log.warn('Changed keys are noticed later', { error })),
    );
    const uses = metrics.counter('trunkline_key_uses_total', 'Uses of licence keys.', ['use']);
    const told = keyUses({
      ...{ log: bus, now },
      told: ({ use, portalId, kid, count }) => log.info('Licence key used', { use, portal: portalId, kid, count }),
      onTrouble: (error) => log.warn('Uses of keys are told later', { error }),
    });
    runtime.run('key uses', told.follow(runtime.signal));
    // Once nothing is sealed any more.
    runtime.onClose(told.finish);
    const keyUsed = (use: KeyUse) => {
      uses.add(use.count, { use: use.use });
      told.add(use);
    };
    const fileLink: FileLink = (media, atMs) => {
      const link = { key: media.source?.objectKey || media.id, expiresAtMs: atMs + linkLifeMs };
      return new URL(signFileUrl(link, settings.FILES_KEY.reveal()), settings.PUBLIC_URL).href;
    };
    const historyOf = (tenantId: string) => openHistory(bus, tenantId, fileLink);
    const context = { keys, ring, kek, isKekLost: settings.SEALER_KEK_LOST, now, keyUsed };
    runtime.rpc.addService(SealingServiceDefinition, {
      seal: (request) => seal(request, context),
      open: (request) => open(request, context),
      rotateKey: (request) => rotateKey(request, context),
      revoke: (request) => revoke(request, context),
      deleteKey: (request) => deleteKey(request, context),
      listKeys: (request) => listKeys(request, context),
      reseal: (request) => reseal(request, { ...context, historyOf }),
      getSigningKeys: (request) => getSigningKeys(request, context),
    });

    const unsealed = metrics.counter('trunkline_unsealed_total', 'Events parked before they were numbered.', ['code']);
    const parked = parkedItems(store.collection(collections.sealer.parked), {
      ...{ kek, now, counted: (code, count) => unsealed.add(count, { code }) },
    });
    const sealerOf = async (portalId: string) => sealingKey(await ring.of(portalId));
    const definition = sealFacts({ sealerOf, keyUsed, fileLink, parked, overflowing: overflowOf(runtime) });
    const events = laneEvents(runtime, 'sealer');
    const around = laneSpans(runtime, 'seal', factTraceparentOf);
    workLanes(runtime, (lease) => runKeyedLog(definition, { log: bus, lease, events, around }));
  },
});
