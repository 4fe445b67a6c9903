import {
  answerCall,
  answerFile,
  type DoubleRequest,
  type Reaction,
  type SimulatorWorld,
} from '@trunkline/testkit/simulator';
import { type Account, codeOf, hmac, keyOf, nameOf, type Seat } from './account.ts';
import { type Call, readCall, shownOf } from './read-call.ts';
import { limits, Refusal } from './types.ts';

/** A call that was understood, for tests. */
export interface Taken {
  readonly call: Call;
  readonly isRepeat: boolean;
}

/** What the doors work on. */
export interface DoorParts {
  readonly account: Account;
  readonly world: SimulatorWorld;
  readonly calls: Taken[];
}

/** Answers /hooks/network/<place>, its /join, and the files that people gave. */
export async function serveDoors(parts: DoorParts, request: DoubleRequest): Promise<Reaction> {
  const { account, world } = parts;
  const { pathname } = request.url;
  const isHere = pathname.startsWith(`${account.prefix}/`);
  const [, first, second, place = '', path = ''] = isHere ? pathname.slice(account.prefix.length).split('/') : [];
  if (first === 'files')
    return answerFile(account.troubles, account.files.get(second ?? ''), { status: 404, body: '' });
  if (first !== 'hooks' || second !== 'network' || request.method !== 'POST') return { status: 404, body: '' };
  return await answerCall(account.troubles, {
    method: path,
    to: request.headers['network-from'] ?? '',
    run: () => take(parts, request, { place, path }),
    answer: (result) => said(200, result),
    refuse: (error) => {
      if (!(error instanceof Refusal)) throw error;
      return error.message === '' ? { status: error.status, body: '' } : said(error.status, { error: error.message });
    },
    tooMany: (seconds) => said(429, { error: 'TOO_MANY_CALLS', retryAfterSeconds: seconds }),
    refusal: ({ code = '', status = 400 }) => said(status, { error: String(code) }),
    signal: world.ended,
  });
}

function said(status: number, body: unknown): Exclude<Reaction, string> {
  return { status, headers: { 'content-type': 'application/json' }, body };
}

function take(parts: DoorParts, request: DoubleRequest, at: { place: string; path: string }): unknown {
  const { account, calls } = parts;
  const { body, headers } = request;
  const isLine = at.place === account.line.id;
  const seat = [...account.seats.values()].find(({ side, ownUrl, to }) => {
    return ownUrl.endsWith(`/${at.place}`) && side === (isLine ? 'line' : 'partner') && to === headers['network-from'];
  });
  if (!isLine && ![...account.people.values()].some(({ place }) => place === at.place)) throw new Refusal('NOT_FOUND');
  const isJoin = isLine && at.path === 'join';
  const key = isJoin ? codeOf(account) : isLine ? keyOf(account, headers['network-from'] ?? '') : (seat?.key ?? '');
  if (key === '' || headers['network-signature'] !== hmac(key, body)) throw new Refusal('');
  if (body.length > limits.callBytes) throw new Refusal('MESSAGE_OVERSIZE');
  const call = readCall(body);
  if (call.from !== headers['network-from']) throw new Refusal('');
  countCall(account, call.from);
  if (isJoin) return join(account, call, headers['network-proof'] ?? '', parts.world.url());
  if (seat === undefined) throw new Refusal('');
  const isRepeat = 'id' in call && isKnown(account, call);
  calls.push({ call, isRepeat });
  if (calls.length > 10_000) calls.shift();
  seat.url = call.address;
  if (call.type === 'look') return { name: seat.name };
  if (!isRepeat) show(account, seat, call);
  return { ok: true };
}

function countCall({ calls, now }: Account, from: string): void {
  const minute = Math.floor(now() / 60_000);
  const known = calls.get(from);
  const count = known?.minute === minute ? known.count + 1 : 1;
  calls.set(from, { minute, count });
  if (count > limits.callsInMinute) throw new Refusal('TOO_MANY_CALLS');
}

/** What came under an id comes again under the same, and is shown once. */
function isKnown({ taken }: Account, { from, type, id }: Call & { readonly id: string }): boolean {
  const known = `${from} ${type} ${id}`;
  if (taken.has(known)) return true;
  taken.add(known);
  return false;
}

function join(account: Account, call: Call, proof: string, url: string): unknown {
  if (call.type !== 'join' || nameOf(proof) !== call.from) throw new Refusal('');
  if (!account.isOpen) throw new Refusal('INACTIVE');
  const { line, seats, chats } = account;
  const key = keyOf(account, call.from);
  const ends = { from: line.id, to: call.from, name: line.name, url: call.address };
  const ownUrl = `${url}${account.prefix}/hooks/network/${line.id}`;
  const fresh = { ...{ firstWord: undefined, hasWritten: true, hasLeft: false } };
  seats.set(call.from, { id: call.from, side: 'line', ...ends, ownUrl, key, ...fresh });
  chats.of(call.from).title = call.name;
  chats.add(call.from, { id: `joined ${call.at}`, by: 'note', text: `${call.name} joined ${call.start ?? ''}`.trim() });
  return { name: line.name, key };
}

/** What the one at the seat sees. Throws Refusal. */
function show({ chats, now }: Account, seat: Seat, call: Call): void {
  const isSign = call.type === 'reaction' || call.type === 'typing';
  if (isSign && !seat.hasWritten) throw new Refusal('USER_MESSAGE_LIMIT');
  switch (call.type) {
    case 'message': {
      const shown = shownOf(call.content);
      takeWord(seat, call.id, now());
      const quote = call.replyTo === undefined ? {} : { quote: chats.find(seat.id, call.replyTo).text ?? '' };
      chats.add(seat.id, { id: call.number, by: 'account', name: call.name, ...shown, ...quote, raw: call });
      return;
    }
    case 'edit':
      chats.change(seat.id, call.target, { ...shownOf(call.content), isEdited: true });
      return;
    case 'delete':
      for (const target of call.targets) chats.change(seat.id, target, { isDeleted: true });
      return;
    case 'reaction':
      chats.change(seat.id, call.target, { reactions: call.reactions });
      return;
    case 'read':
      for (const { id, by } of chats.of(seat.id).messages) {
        if (by === 'client' && BigInt(id) <= BigInt(call.upTo)) chats.change(seat.id, id, { state: 'read' });
      }
      return;
    case 'typing':
      chats.of(seat.id).typingUntilMs = call.isOn ? now() + 5_000 : 0;
      chats.tell();
      return;
    case 'leave':
      seat.hasLeft = true;
      chats.of(seat.id).state = 'left';
      chats.tell();
  }
}

/** Somebody who has not written takes one message a week. */
function takeWord(seat: Seat, id: string, nowMs: number): void {
  const message = id.split('.')[0] ?? '';
  const { firstWord, hasWritten } = seat;
  if (hasWritten || firstWord?.message === message) return;
  if (firstWord !== undefined && nowMs - firstWord.atMs < limits.weekMs) throw new Refusal('USER_MESSAGE_LIMIT');
  seat.firstWord = { message, atMs: nowMs };
}
