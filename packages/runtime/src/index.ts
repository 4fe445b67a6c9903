export type { Addresses } from './assemble.ts';
export { type AlarmKind, LaneAlarm } from './bus/alarm.ts';
export { askBusTime, type BusClock, createBusClock } from './bus/bus-clock.ts';
export type { Cleared } from './bus/clearing.ts';
export { machineClock } from './bus/clock.ts';
export { type BusOptions, connectBus } from './bus/connect.ts';
export type { Directory, DirectoryChange } from './bus/directory.ts';
export { createDirectoryWriter, type DirectoryWriter, type StoredEntry } from './bus/directory-writer.ts';
export { createDoor, type Door, type DoorOptions, goneBackTold, type Submitted } from './bus/door.ts';
export type { Entered, StoredBatch } from './bus/group-commit.ts';
export { type LaneLease, type LaneWork, wellAfterMs } from './bus/held-lane.ts';
export { type HintBus, openHints } from './bus/hints.ts';
export { type JanitorOptions, runJanitor } from './bus/janitor.ts';
export { createJetStreamLog, type JetStreamLogOptions } from './bus/jetstream-log.ts';
export { runKeyedLog } from './bus/keyed-log.ts';
export type { KeyedLogDependencies } from './bus/keyed-run.ts';
export { type AtKillPoint, type KillPoint, killPoints } from './bus/kill-points.ts';
export { type LaneLag, openLags } from './bus/lags.ts';
export type { Committed, LaneEvents } from './bus/lane-events.ts';
export { type LanesOptions, runLanes } from './bus/lease.ts';
export { openingOverflow } from './bus/overflow/opening-log.ts';
export { type OverflowStore, openOverflowStore } from './bus/overflow/overflow-store.ts';
export { createOverflowing, type EntriesOf, type Overflowing } from './bus/overflow/overflowing.ts';
export { createPortalShare } from './bus/overflow/portal-share.ts';
export { watchStreamSize } from './bus/overflow/stream-size.ts';
export { heldOf, laterTotals, noTotals, totalsOf } from './bus/overflow/totals.ts';
export * from './bus/ports.ts';
export { comparePositions, formatPosition, laterOf, parsePosition } from './bus/position.ts';
export { presumeAbsent } from './bus/presuming-store.ts';
export {
  type FencedLog,
  type FencedRecord,
  LostOwnership,
  openFencedLog,
  type RecordBody,
  type RecordCodec,
} from './bus/queue/fenced-log.ts';
export { type OutboxPlace, outboxPlaceOf } from './bus/queue/outbox-place.ts';
export { placeBehind, type ReaderPlace, type ReadOn, readOutbox } from './bus/queue/outbox-reader.ts';
export { fitting, isExpired, itemOf } from './bus/queue/portal-batch.ts';
export type { PortalObserver } from './bus/queue/portal-observer.ts';
export type {
  BatchItem,
  ConsumerPorts,
  GivenUp,
  ItemPlace,
  PauseReason,
  PortalPorts,
  PortalRequest,
  PortalView,
  PostResult,
  PulledRun,
  RefusedEvent,
  ReplayBatch,
  ReplayPort,
  ReplayWanted,
  ResealedEvent,
  ResealOrder,
  ResealRefused,
  SequenceRun,
  Verdict,
} from './bus/queue/portal-ports.ts';
export { type PortalLaneView, type PortalQueueOptions, runPortalQueue } from './bus/queue/portal-queue.ts';
export { type Recorded, readRecorded } from './bus/queue/portal-record.ts';
export { unknownKeyRetryMs } from './bus/queue/portal-reseal.ts';
export { type PlacedEvent, toldOf } from './bus/queue/portal-state.ts';
export { summaryOf } from './bus/queue/portal-strand.ts';
export { createRequestGate, type OpenRequest, type RequestGate } from './bus/queue/request-gate.ts';
export { retryDelayMs } from './bus/queue/retry-schedule.ts';
export { realScheduler, type Scheduler } from './bus/queue/scheduler.ts';
export { auditSink } from './bus/readers.ts';
export { type RememberOptions, rememberDocuments } from './bus/remembering-store.ts';
export { keepLaneClosed, openTenantRooms, type Room, type TenantRooms, watchRoom } from './bus/room.ts';
export { shareFeeds } from './bus/shared-feed.ts';
export { runSink, type SinkOptions } from './bus/sink.ts';
export { runStage } from './bus/stage.ts';
export type { StageDependencies } from './bus/stage-run.ts';
export type { StageStore } from './bus/stage-store.ts';
export { createMongoStageStore, type MongoStageStoreOptions } from './bus/stage-store-mongo.ts';
export { type TenantRates, tenantRateSettings, tenantRatesOf } from './bus/tenant-rates.ts';
export { runTimers, type TimersOptions } from './bus/timers.ts';
export { createTokenBucket, type Pace, type TokenBucket } from './bus/token-bucket.ts';
export { laneEvents, laneSpans, workLanes } from './bus/work-lanes.ts';
export {
  ConfigError,
  type ConfigSchema,
  listSetting,
  printable,
  readConfig,
  secretSetting,
  switchSetting,
} from './config.ts';
export { docsTable, exampleText, type SettingDoc, settingsOf } from './config-docs.ts';
export { backoffMs, pause, type TimeLimit, timeLimit, unlessAborted } from './deadline.ts';
export { type BusVerdict, type ErrorMeaning, errorTable, type Retry } from './error-table.ts';
export {
  asTrunklineError,
  busVerdictOf,
  type ErrorDetail,
  type FieldViolation,
  invalidArgument,
  notFound,
  retryAfterMsOf,
  TrunklineError,
} from './errors.ts';
export { type BodyStore, openBodyStore } from './files/body-store.ts';
export { type FileStore, type NewFile, type OpenedFile, openFileStore, type StoredFile } from './files/file-store.ts';
export {
  type FileAddress,
  type FileLink,
  type LinkProblem,
  readFileAddress,
  signFileUrl,
  verifyFileUrl,
} from './files/links.ts';
export type { Health } from './health.ts';
export { type HostedService, type StartedService, startService } from './host.ts';
export type { HostOverrides } from './host-overrides.ts';
export { AddressRefused, type GuardOptions, isPublicAddress, type Resolver } from './http/address-guard.ts';
export {
  createOuterHttp,
  type OuterBody,
  type OuterHttp,
  type OuterRequest,
  type OuterResponse,
} from './http/guarded-http.ts';
export { type HttpError, type HttpErrorBody, httpErrorOf } from './http/http-error.ts';
export { type PassedOn, passOn } from './http/pass-on.ts';
export { type PassedWhole, passWhole } from './http/pass-whole.ts';
export { createHttpServer, type HttpServerOptions, nothingHere, sendError } from './http/server.ts';
export { type OpenSocket, openSockets, type Sockets } from './http/sockets.ts';
export { createLogger, type LogFields, type Logger, type LoggerOptions, logLevels } from './log.ts';
export {
  type CounterMetric,
  createMetrics,
  type GaugeMetric,
  type HistogramMetric,
  type HistogramOptions,
  type Labels,
  type Metrics,
  type MetricsOptions,
  mergedText,
} from './metrics.ts';
export { type BusPlan, busTable, leaseMs } from './provision/bus-table.ts';
export { type InitiateOptions, initiateStore } from './provision/initiate-store.ts';
export { type Provisioned, type ProvisionOptions, provision } from './provision/provision.ts';
export { type BusProvisioned, provisionBus } from './provision/provision-bus.ts';
export { provisionStore, provisionStoreUsers, type StorePlan } from './provision/provision-store.ts';
export { addBridge, type BridgeOptions, bridgePathOf } from './rpc/bridge.ts';
export { type CallContext, everyTenant, requireAdministrator, sees, tenantFor, visible } from './rpc/call-context.ts';
export {
  createRpcClients,
  type OpenRpcClients,
  type RpcCallOptions,
  type RpcClient,
  type RpcClients,
  type RpcClientsOptions,
} from './rpc/clients.ts';
export type {
  InnerIdentity,
  RequestInput,
  RequestOf,
  ResponseInput,
  ResponseOf,
  RpcDefinition,
  RpcMethod,
} from './rpc/definition.ts';
export { pathOf, shortNameOf } from './rpc/definition.ts';
export { type Descriptors, loadDescriptors } from './rpc/descriptors.ts';
export type { CallParts, Implementation, MethodImplementation } from './rpc/handler.ts';
export { type Identity, type IncomingCall, innerAccess, innerTokenHash, type RpcAccess } from './rpc/inner-access.ts';
export { type JsonCodec, jsonCodecOf } from './rpc/json-codec.ts';
export { type OpenApiOptions, openApiDocument } from './rpc/openapi.ts';
export { createRpcServer, type ListeningRpcServer, type RpcServer, type RpcServerOptions } from './rpc/server.ts';
export { pageSizeOf, requireConsumerName, requireField, requireIdempotencyKey, requireText } from './rpc/validate.ts';
export { runService } from './run-service.ts';
export {
  connectorKey,
  openSecrets,
  type SecretValues,
  sealSecrets,
  secretsKey,
  secretsKeySetting,
} from './sealed-secrets.ts';
export { isSecret, type Secret, secret } from './secret.ts';
export { defineService, type Runtime, type ServiceDefinition, type ServiceUses } from './service.ts';
export { allSettings, settingsFor } from './settings.ts';
export { isDuplicateKey } from './store/duplicate-key.ts';
export { readPageToken, writePageToken } from './store/page-token.ts';
export {
  type Collection,
  connectStore,
  type Filter,
  type Store,
  type StoreOptions,
  type Timestamp,
} from './store/store.ts';
export type { TransactionOptions } from './store/transaction.ts';
export { createTracing, type OpenSpan, type SpanOptions, type Tracing, type TracingOptions } from './tracing.ts';
