import { hostConnectors } from '@trunkline/adapter-kit';

await hostConnectors(import.meta.dirname);
