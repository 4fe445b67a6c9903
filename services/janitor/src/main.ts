import { runService } from '@trunkline/runtime';
import { janitor } from './service.ts';

await runService(janitor);
