import { runService } from '@trunkline/runtime';
import { directory } from './service.ts';

await runService(directory);
