export { findChromium } from './browser/chromium.ts';
export { testCoverage } from './connector-suite/coverage.ts';
export type { FailureFixture, IncomingFixture, OutgoingFixture, SectionKinds } from './connector-suite/fixtures.ts';
export { readFixtures } from './connector-suite/fixtures.ts';
export { startHookDouble } from './connector-suite/hook-double.ts';
export {
  createMemoryHints,
  createMemoryState,
  createMemoryTools,
  type MemoryToolsOptions,
} from './connector-suite/memory-tools.ts';
export { plainFetch } from './connector-suite/plain-fetch.ts';
export {
  fetchOf,
  jsonOf,
  type Platform,
  type PlatformAnswer,
  type PlatformRequest,
} from './connector-suite/platform-double.ts';
export type { StrictPlatform, SuiteSubject } from './connector-suite/subject.ts';
export { runConnectorSuite } from './connector-suite/suite.ts';
export { startTcpProxy, type TcpProxy } from './proxy/tcp-proxy.ts';
export type { ServerName } from './servers/fetch/fetch.mjs';
export { Problem } from './servers/fetch/problem.mjs';
export { type FullStream, fillStream } from './servers/fill-stream.ts';
export type { KafkaDoor } from './servers/kafka.ts';
export { type MongoUser, writeCheckpoint } from './servers/mongo-setup.ts';
export type { NatsUser, SubjectRights } from './servers/nats.ts';
export { type Servers, type ServersWanted, startServers } from './servers/start-servers.ts';
export { tied } from './servers/tied.ts';
export * from './simulator/index.ts';
export { until } from './until.ts';
