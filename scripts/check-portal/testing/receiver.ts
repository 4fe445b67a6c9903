import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type CloudEvent, openerOf, type PortalOpener } from '../../load/judge/open.ts';

/** What a receiver does wrong; each is one thing that partners were seen to forget. */
export type Sin =
  | ('believes the unsigned' | 'believes the forged' | 'believes the old' | 'answers 422 to the forged')
  | ('refuses repeats' | 'handles repeats again' | 'takes after a gap' | 'counts no chain' | 'fails on unknown kinds')
  | ('passes over unknown keys' | 'answers 400 to unknown keys' | 'passes over notices' | 'moves by replays')
  | ('reads without end' | 'reads 1 MiB' | 'redirects' | 'answers slowly' | 'answers at length' | 'hangs up')
  | ('is switched off' | 'takes more than there is' | 'says yes to everything')
  | ('knows no strands' | 'has one cursor for all strands' | 'looks at no previous' | 'takes one request at a time')
  | ('moves all strands by a notice' | 'forgets former strands');

type Event = CloudEvent;

const slowMs = 300;

type Refusal = [status: number, body: object];

/** A receiver by the protocol's page, made of published libraries, with one sin or none. It keeps what it handled. */
export class Receiver {
  readonly handled: string[] = [];
  #sequence = '0'.repeat(20);
  #chain = '0'.repeat(64);
  /** By strand. */
  readonly #sequences = new Map<string, string>();
  readonly #sin: Sin | undefined;
  readonly #opener: PortalOpener;

  constructor(licenceKey: string, sin: Sin | undefined) {
    this.#opener = openerOf(licenceKey);
    this.#sin = sin;
  }

  async answer(body: string, headers: Record<string, string>): Promise<Refusal> {
    if (!this.#believes(body, headers)) return [this.#sin === 'answers 422 to the forged' ? 422 : 401, {}];
    const batch = JSON.parse(body) as Event[];
    for (const [taken, event] of batch.entries()) {
      const refusal = await this.#take(event);
      if (refusal !== undefined) return taken > 0 ? [200, { accepted: taken }] : refusal;
    }
    return [200, { accepted: batch.length + (this.#sin === 'takes more than there is' ? 1 : 0) }];
  }

  #believes(body: string, headers: Record<string, string>): boolean {
    if (headers['webhook-signature'] === undefined) return this.#sin === 'believes the unsigned';
    try {
      return this.#opener.verify(body, headers) !== undefined;
    } catch (error) {
      const isOld = String(error).includes('timestamp');
      return this.#sin === (isOld ? 'believes the old' : 'believes the forged');
    }
  }

  async #take(event: Event): Promise<Refusal | undefined> {
    const isPlaced = event.strand !== undefined || event.previous !== undefined;
    if (isPlaced && this.#sin !== 'knows no strands') return await this.#takePlaced(event);
    const isReplay = event.replay !== undefined;
    if (!isReplay && this.#sin !== 'handles repeats again') {
      const isRepeat = event.sequence < this.#sequence || event.chain === this.#chain;
      if (isRepeat) return this.#sin === 'refuses repeats' ? [422, {}] : undefined;
    }
    if (event.datacontenttype !== 'application/jose') return this.#notice(event);
    if (event.type.includes('unheard') && this.#sin === 'fails on unknown kinds') return [422, {}];
    const kid = kidOf(event);
    if (kid !== this.#opener.kid && this.#sin === 'passes over unknown keys') return undefined;
    if (kid !== this.#opener.kid) return this.#unknownKey(kid);
    const plaintext = await this.#opener.open(event).catch(() => undefined);
    if (plaintext === undefined) return [422, {}];
    const gap = isReplay ? undefined : this.#gap(event, JSON.stringify(plaintext));
    if (gap !== undefined) return gap;
    this.handled.push(event.id);
    if (!isReplay || this.#sin === 'moves by replays') this.#move(event);
    return undefined;
  }

  /** An element of a strand, or the first after strands. */
  async #takePlaced(event: Event): Promise<Refusal | undefined> {
    const strand = this.#sin === 'has one cursor for all strands' ? '' : (event.strand ?? '');
    if (this.#isTaken(event.sequence, strand)) return undefined;
    const isNotice = event.datacontenttype !== 'application/jose';
    if (!isNotice && kidOf(event) !== this.#opener.kid) return this.#unknownKey(kidOf(event));
    if (!isNotice && (await this.#opener.open(event).catch(() => undefined)) === undefined) return [422, {}];
    const before = (event.previous ?? '').split(' ');
    const keepsOwnAlone = this.#sin === 'forgets former strands' || this.#sin === 'has one cursor for all strands';
    const nameOf = (index: number) => (before.length === 1 || keepsOwnAlone ? strand : `${index}/${before.length}`);
    const follows = before.every((last, index) => this.#isTaken(last, nameOf(index)));
    if (!follows && this.#sin !== 'looks at no previous') return [503, { error: 'missing' }];
    if (!isNotice) this.handled.push(event.id);
    else if (this.#sin === 'moves all strands by a notice')
      for (const name of this.#sequences.keys()) this.#sequences.set(name, event.sequence);
    // Another request may have come farther meanwhile.
    if (strand === '' && event.sequence > this.#sequence) this.#move(event);
    else if (strand !== '') this.#sequences.set(strand, event.sequence);
    return undefined;
  }

  #isTaken(sequence: string, strand: string): boolean {
    return sequence <= this.#sequence || sequence <= (this.#sequences.get(strand) ?? '');
  }

  #unknownKey(kid: string): Refusal {
    return this.#sin === 'answers 400 to unknown keys' ? [400, {}] : [422, { error: 'unknown_key', kid }];
  }

  #notice(event: Event): Refusal | undefined {
    if (this.#sin !== 'passes over notices') this.#move(event);
    return undefined;
  }

  #gap(event: Event, plaintext: string): Refusal | undefined {
    const isNext = Number(event.sequence) <= Number(this.#sequence) + 1;
    if (this.#sin === 'handles repeats again') return isNext ? undefined : [503, { error: 'gap' }];
    if (!isNext) return this.#sin === 'takes after a gap' ? undefined : [503, { error: 'gap' }];
    const content = createHash('sha256').update(plaintext).digest();
    const hash = createHash('sha256').update(Buffer.from(this.#chain, 'hex')).update(event.sequence);
    const chain = hash.update(event.id).update(content).digest('hex');
    return chain === event.chain || this.#sin === 'counts no chain' ? undefined : [503, { error: 'chain' }];
  }

  #move({ sequence, chain }: Event): void {
    this.#sequence = sequence;
    this.#chain = chain;
  }
}

function kidOf({ data }: Event): string {
  const [header = ''] = String(data).split('.');
  return JSON.parse(Buffer.from(header, 'base64url').toString()).kid;
}

/** A receiver over real HTTP, for as long as the block lasts. */
export async function startReceiver(licenceKey: string, sin?: Sin) {
  const receiver = new Receiver(licenceKey, sin);
  let open = 0;
  const server = createServer((request, response) => {
    open += 1;
    response.once('close', () => {
      open -= 1;
    });
    if (sin === 'takes one request at a time' && open > 1) response.writeHead(503).end();
    else void respond(receiver, sin, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    handled: receiver.handled,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function respond(
  receiver: Receiver,
  sin: Sin | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (sin === 'hangs up') return void request.socket.destroy();
  if (sin === 'answers slowly') return;
  const limitMib = sin === 'reads without end' ? 100 : sin === 'reads 1 MiB' ? 1 : 2;
  const body = await wholeBody(request, limitMib * 1024 * 1024);
  const [status, answer] = body === undefined ? [413, {}] : await receiver.answer(body, headersOf(request));
  // Slow enough for a request that was sent at the same time to be there.
  if (sin === 'takes one request at a time' && body?.includes('"strand"')) await pause(slowMs);
  if (sin === 'says yes to everything') response.writeHead(204).end();
  else if (sin === 'redirects') response.writeHead(307, { location: request.url ?? '/' }).end();
  else if (sin === 'is switched off') response.writeHead(410).end();
  else if (sin === 'answers at length') response.writeHead(status).end('a page '.repeat(20_000));
  else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

/** Undefined: it is larger than allowed. */
async function wholeBody(request: IncomingMessage, limitBytes: number): Promise<string | undefined> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  return body.length > limitBytes ? undefined : body.toString();
}

function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
}
