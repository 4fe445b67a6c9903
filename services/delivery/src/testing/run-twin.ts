/**
 * Delivery with a lease that always says yes: `node run-twin.ts <name>`. Leases are by service, so one that goes by another
 * name has all lanes to itself, whoever else works on them.
 */
import { runService } from '@trunkline/runtime';
import { delivery } from '../service.ts';

const [name = ''] = process.argv.slice(2);

await runService({
  ...delivery,
  start: (runtime) =>
    delivery.start(Object.create(runtime, { service: { value: `${runtime.service}-${name}` } }) as typeof runtime),
});
