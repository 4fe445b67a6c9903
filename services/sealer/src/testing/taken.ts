import assert from 'node:assert/strict';
import { createPortal, deriveKeys, type PortalEvent, sign } from '@trunkline/portal-sdk';
import { until } from '@trunkline/testkit';
import type { Surroundings } from './surroundings.ts';

/** The stream of a portal as its receiver takes it: verified, opened, in order, its chain proven. */
export async function taken(
  around: Pick<Surroundings, 'sealed'>,
  portalId: string,
  licenceKeys: readonly string[],
  count: number,
): Promise<PortalEvent[]> {
  const events = await until(async () => {
    const all = await around.sealed(portalId);
    return all.length >= count && all;
  });
  const [newest] = licenceKeys;
  const body = `[${events.map(({ cloudEvent }) => Buffer.from(cloudEvent).toString()).join(',')}]`;
  const id = `${portalId}_1_${events.length}`;
  const timestampSeconds = Math.floor(Date.now() / 1_000);
  const headers = sign({ id, timestampSeconds, body }, [deriveKeys(newest ?? assert.fail())]);
  const found: PortalEvent[] = [];
  const problems: unknown[] = [];
  const portal = createPortal({
    licenceKeys,
    onEvent: (event) => void found.push(event),
    onProblem: (problem) => void problems.push(problem),
  });
  const answer = await portal.handle({ headers: { ...headers }, rawBody: body });
  assert.deepEqual([problems, answer.body], [[], JSON.stringify({ accepted: events.length })]);
  return found;
}

/** What contacts wrote. */
export const texts = (events: readonly PortalEvent[]): string[] =>
  events.map(({ data }) => Reflect.get(data as object, 'messageReceived')?.content?.text?.plain);
