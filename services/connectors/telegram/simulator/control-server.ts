import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ClientSide, performReaction, readDouble, serveClients } from '@trunkline/testkit/simulator';

/** The way in for people: a page in a browser, and everything that they do as calls of `/control`. */
export async function serveControl(
  accounts: readonly ClientSide[],
  [request, response]: readonly [IncomingMessage, ServerResponse],
  signal: AbortSignal,
): Promise<void> {
  const reaction = await serveClients(accounts, await readDouble(request), signal);
  performReaction(
    reaction ?? { status: 404, body: { ok: false, error_code: 404, description: 'Not Found' } },
    response,
  );
}
