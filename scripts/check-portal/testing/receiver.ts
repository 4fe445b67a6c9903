import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CloudEvent, openerOf, type PortalOpener } from '../../load/judge/open.ts';

/** What a receiver does wrong; each is one thing that partners were seen to forget. */
export type Sin =
  | ('believes the unsigned' | 'believes the forged' | 'believes the old' | 'answers 422 to the forged')
  | ('refuses repeats' | 'handles repeats again' | 'takes after a gap' | 'counts no chain' | 'fails on unknown kinds')
  | ('passes over unknown keys' | 'answers 400 to unknown keys' | 'passes over notices' | 'moves by replays')
  | ('reads without end' | 'reads 1 MiB' | 'redirects' | 'answers slowly' | 'answers at length' | 'hangs up')
  | ('is switched off' | 'takes more than there is' | 'says yes to everything');

interface Event extends CloudEvent {
  readonly chain: string;
  readonly replay?: number;
}

/** A receiver by the protocol's page, made of published libraries, with one sin or none. It keeps what it handled. */
export class Receiver {
  readonly handled: string[] = [];
  #sequence = '0'.repeat(20);
  #chain = '0'.repeat(64);
  readonly #sin: Sin | undefined;
  readonly #opener: PortalOpener;

  constructor(licenceKey: string, sin: Sin | undefined) {
    this.#opener = openerOf(licenceKey);
    this.#sin = sin;
  }

  async answer(body: string, headers: Record<string, string>): Promise<[status: number, body: object]> {
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

  async #take(event: Event): Promise<[number, object] | undefined> {
    const isReplay = event.replay !== undefined;
    if (!isReplay && this.#sin !== 'handles repeats again') {
      const isRepeat = event.sequence < this.#sequence || event.chain === this.#chain;
      if (isRepeat) return this.#sin === 'refuses repeats' ? [422, {}] : undefined;
    }
    if (event.datacontenttype !== 'application/jose') return this.#notice(event);
    if (event.type.includes('unheard') && this.#sin === 'fails on unknown kinds') return [422, {}];
    const [header = ''] = String(event.data).split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
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

  #unknownKey(kid: string): [number, object] {
    return this.#sin === 'answers 400 to unknown keys' ? [400, {}] : [422, { error: 'unknown_key', kid }];
  }

  #notice(event: Event): [number, object] | undefined {
    if (this.#sin !== 'passes over notices') this.#move(event);
    return undefined;
  }

  #gap(event: Event, plaintext: string): [number, object] | undefined {
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

/** A receiver over real HTTP, for as long as the block lasts. */
export async function startReceiver(licenceKey: string, sin?: Sin) {
  const receiver = new Receiver(licenceKey, sin);
  const server = createServer((request, response) => {
    void respond(receiver, sin, request, response);
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
