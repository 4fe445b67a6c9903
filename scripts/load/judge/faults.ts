import type { ServerResponse } from 'node:http';

/** How a portal may behave instead of taking its events. */
export type Fault = 'refusing' | 'hanging' | 'failing' | 'resetting' | 'busy' | 'slow' | 'uneven';

/** All of them. */
export const faults: readonly Fault[] = ['refusing', 'hanging', 'failing', 'resetting', 'busy', 'slow', 'uneven'];

const slowMs = 2_000;

/** Request by request: a parallel portal's strands get on at different paces. */
let uneven = 0;

/** Answers as the fault says; true when the events are taken all the same. */
export async function misbehave(fault: Fault, response: ServerResponse): Promise<boolean> {
  switch (fault) {
    case 'refusing':
      response.writeHead(404).end();
      return false;
    case 'failing':
      response.writeHead(500).end();
      return false;
    case 'busy':
      response.writeHead(503, { 'retry-after': '1' }).end();
      return false;
    case 'resetting':
      response.socket?.resetAndDestroy();
      return false;
    case 'hanging':
      return false;
    case 'uneven':
      uneven += 1;
      if (uneven % 2 === 0) return true;
      response.writeHead(500).end();
      return false;
    case 'slow':
      await new Promise((done) => setTimeout(done, slowMs));
      return true;
  }
}
