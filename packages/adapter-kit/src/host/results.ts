import { type EgressItem, type FileResult, type IngressItem, laneOf, type SendResult } from '@trunkline/contracts';
import type { Door } from '@trunkline/runtime';

/** Tells at the door what became of orders. */
export interface Results {
  readonly send: (order: EgressItem, result: SendResult) => Promise<void>;
  readonly file: (order: EgressItem, result: FileResult) => Promise<void>;
}

/** Makes the teller. Each call resolves once it is stored. */
export function createResults(door: Pick<Door, 'enter'>, now: () => number): Results {
  const enter = async ({ tenantId, traceparent }: EgressItem, item: IngressItem['item']) => {
    await door.enter(laneOf(tenantId), { receivedAt: new Date(now()), traceparent, item });
  };
  return {
    send: (order, result) => enter(order, { $case: 'sendResult', value: result }),
    file: (order, result) => enter(order, { $case: 'fileResult', value: result }),
  };
}
