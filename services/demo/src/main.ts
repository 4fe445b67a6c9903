import { runService } from '@trunkline/runtime';
import { demo } from './service.ts';

await runService(demo);
