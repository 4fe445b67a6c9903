import { hostConnectors } from '../host/host-connectors.ts';
import { sampleFolder } from './surroundings.ts';

await hostConnectors(sampleFolder);
