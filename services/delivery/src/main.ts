import { runService } from '@trunkline/runtime';
import { delivery } from './service.ts';

await runService(delivery);
