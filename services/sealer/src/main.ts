import { runService } from '@trunkline/runtime';
import { sealer } from './service.ts';

await runService(sealer);
