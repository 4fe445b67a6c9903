import { runService } from '@trunkline/runtime';
import { audit } from './service.ts';

await runService(audit);
