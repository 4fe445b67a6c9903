/**
 * The sealer, which dies by SIGKILL when the bus has its so manieth message of a portal and it does not know so yet:
 * `node run-dying.ts <number>`; 0: it lives.
 */
import { subjects } from '@trunkline/contracts';
import { type LogPort, type Runtime, runService } from '@trunkline/runtime';
import { sealer } from '../service.ts';

const [pass = '0'] = process.argv.slice(2);
const sealed = subjects.outbox(0, '').split('.')[0] ?? '';
let sent = 0;

function dying({ bus, nats }: Pick<Runtime<unknown>, 'bus' | 'nats'>): LogPort {
  return {
    ...bus,
    publish: async (...args) => {
      const [subject] = args;
      const answer = bus.publish(...args);
      if (!subject.startsWith(`${sealed}.`)) return await answer;
      sent += 1;
      if (sent !== Number(pass)) return await answer;
      answer.catch(() => {});
      await nats.flush();
      process.kill(process.pid, 'SIGKILL');
      return await new Promise(() => {});
    },
  };
}

await runService({
  ...sealer,
  start: (runtime) => sealer.start(Object.create(runtime, { bus: { value: dying(runtime) } }) as typeof runtime),
});
