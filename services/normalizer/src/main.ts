import { runService } from '@trunkline/runtime';
import { normalizer } from './service.ts';

await runService(normalizer);
