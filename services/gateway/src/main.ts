import { runService } from '@trunkline/runtime';
import { gateway } from './service.ts';

await runService(gateway);
