import { setTimeout as pause } from 'node:timers/promises';
import { ids } from '../../../packages/contracts/src/index.ts';
import { writeCheckpoint } from '../../../packages/testkit/src/index.ts';
import type { Disk } from '../../load/disk.ts';
import type { Field } from '../../load/field.ts';
import type { Disks } from '../../load/installation.ts';
import { clientId } from '../../load/sender/send.ts';
import { ApiRefused, apiOf } from '../../up/api.ts';
import { writeAnswers } from '../answers/write.ts';
import { healthOf } from '../health.ts';
import { superviseMongo } from './mongo-supervisor.ts';
import { type Scenario, untilSo, write } from './scenario.ts';

const fullMs = 10_000;
const fillEveryMs = 250;
const againMs = 2_000;

/**
 * The disk under NATS is full while messages are written, and gets its room back; then the disk under MongoDB. What the servers do
 * then is theirs (docs/operations.md tells it): a stream whose write failed takes nothing more until nats-server is started anew,
 * and mongod ends. So both are started anew, as a supervisor would. Of ours nothing may end; it must be said in words what is
 * wrong; and whatever was accepted comes, once and in order, without anybody doing more.
 */
export const fullDisk: Scenario = {
  name: 'full-disk',
  hasDisks: true,
  run: async (field, { seconds, perSecond, tell }) => {
    const { disks } = field.installation;
    if (disks === undefined) throw new Error('there is no disk to be filled');
    const half = { perSecond, seconds: Math.ceil(seconds / 2), tell };
    const over = new AbortController();
    const answering = writeAnswers(field, over.signal);
    try {
      const nats = await underNats(field, disks, half);
      const mongo = await underMongo(field, disks, half);
      over.abort();
      const answers = await answering;
      const result = { ...mongo, sent: nats.sent + mongo.sent, putOff: nats.putOff + mongo.putOff, answers };
      return { ...result, firstAtMs: nats.firstAtMs, mayEnd: (ended) => ended.startsWith('mongo ended by itself') };
    } finally {
      over.abort();
    }
  },
};

interface Half {
  readonly perSecond: number;
  readonly seconds: number;
  readonly tell: (what: string) => void;
}

async function underNats(field: Field, { nats: disk }: Disks, { perSecond, seconds, tell }: Half) {
  const { servers } = field.installation;
  const sending = write(field, perSecond, seconds);
  await pause((seconds * 1_000) / 3);
  await disk.fill();
  tell('the disk of NATS is full');
  await untilSo('nothing more is accepted', () => isStill(field));
  await untilSo('whoever calls is told to come again', async () => (await refusalOf(field)) === 'unavailable');
  tell('nothing more is accepted: whoever calls is told to come again');
  await untilTold(field, /takes nothing/, tell);
  // As whoever watches its /healthz would do, and has no more patience.
  await servers.kill('nats');
  tell('kill -9 of nats-server, which is started anew while its disk is full');
  await servers.restart('nats');
  await stayFull(disk);
  await untilTold(field, /takes nothing/, tell);
  await disk.giveBack();
  tell('the disk of NATS has room again; nats-server is started anew');
  await servers.restart('nats');
  const result = await sending;
  if (result.putOff === 0) throw new Error('no call was put off: the disk was not full');
  await untilWell(field, tell);
  return result;
}

async function underMongo(field: Field, { mongo: disk }: Disks, { perSecond, seconds, tell }: Half) {
  const { servers, strayed } = field.installation;
  const sending = write(field, perSecond, seconds);
  await pause((seconds * 1_000) / 3);
  const endedBefore = strayed.length;
  await disk.fill();
  tell('the disk of MongoDB is full');
  await using supervisor = superviseMongo(field);
  await untilSo('mongod has ended', async () => {
    await writeCheckpoint(servers.mongoUrl);
    return strayed.length > endedBefore;
  });
  tell('mongod has ended, and is started anew as often as it ends');
  await untilTold(field, /MongoDB cannot be reached/, tell);
  await stayFull(disk, () => writeCheckpoint(servers.mongoUrl));
  await disk.giveBack();
  tell(`the disk of MongoDB has room again; mongod was started ${supervisor.starts} times until now`);
  const result = await sending;
  await untilWell(field, tell);
  return result;
}

/** The code with which a submission is refused; `none` if it is taken. */
async function refusalOf({ installation, portals: [portal] }: Field): Promise<string> {
  const api = apiOf(installation.gatewayUrl, installation.administratorKey);
  const conversationId = ids.conversation(portal?.channelId ?? '', String(clientId));
  const message = { conversationId, message: { content: { text: { plain: 'Good afternoon' } } } };
  const request = { tenantId: portal?.tenantId, idempotencyKey: 'while the disk is full', message };
  return await api('MessageService/Submit', request).then(
    () => 'none',
    (error: unknown) => (error instanceof ApiRefused ? error.code : String(error)),
  );
}

/** Whatever becomes free is taken at once, by others than the server. */
async function stayFull(disk: Disk, meanwhile: () => Promise<void> = async () => {}): Promise<void> {
  for (const endsAt = performance.now() + fullMs; performance.now() < endsAt; await pause(fillEveryMs)) {
    await disk.fill();
    await meanwhile();
  }
}

/** True if nothing was accepted for a while. */
async function isStill({ sender }: Field): Promise<boolean> {
  const sum = async () => Object.values(await sender.ask('written', null)).reduce((all, count) => all + count, 0);
  const before = await sum();
  await pause(againMs);
  return before === (await sum());
}

/** Somebody says what is wrong, in words. */
async function untilTold({ installation }: Field, words: RegExp, tell: (what: string) => void): Promise<void> {
  let told: readonly string[] = [];
  await untilSo(`the services say ${words}`, async () => {
    told = (await healthOf(installation)).found.filter((what) => words.test(what));
    return told.length > 0;
  });
  tell(`so ${tellers(told).length} instances say: ${told[0]}`);
}

/** Names of those who say something, of lines that begin with them. Pure. */
export function tellers(told: readonly string[]): readonly string[] {
  return [...new Set(told.map((what) => what.split(' ')[0] ?? ''))];
}

/** Everything has come, and everybody is well. */
async function untilWell(field: Field, tell: (what: string) => void): Promise<void> {
  await untilSo('everything has come', async () => ((await field.verdict())?.lost ?? 0) === 0);
  let found: readonly string[] = [];
  await untilSo('everybody is well', async () => {
    ({ found } = await healthOf(field.installation));
    return found.length === 0;
  }).catch((error: Error) => {
    throw new Error(`${error.message}: ${found.join('; ')}`);
  });
  tell('everything has come, and everybody is well');
}
