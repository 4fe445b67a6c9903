export { findChromium } from './browser/chromium.ts';
export type { ServerName } from './servers/fetch/fetch.mjs';
export { Problem } from './servers/fetch/problem.mjs';
export type { MongoUser } from './servers/mongo-setup.ts';
export type { NatsUser, SubjectRights } from './servers/nats.ts';
export { type Servers, type ServersWanted, startServers } from './servers/start-servers.ts';
export { tied } from './servers/tied.ts';
export { until } from './until.ts';
