export { answerCall, answerFile, type CallRules, type KeptFile } from './answer-call.ts';
export { fromBigJson, toBigJson } from './big-json.ts';
export { type Chat, type Chats, createChats } from './chats.ts';
export type { ChatButton, ChatMessage, ChatView, ClientSide, MediaKind, MenuItem } from './client-side.ts';
export { type Consent, consentPage } from './consent-page.ts';
export {
  act,
  clientOf,
  type DrivenPerson,
  type Driver,
  type DriverOptions,
  originsOf,
  type StartDriver,
  textsSeen,
} from './driver.ts';
export { createFaults, type Faults } from './faults.ts';
export {
  checkAppSecretProof,
  GraphError,
  graphHandshake,
  graphRefusal,
  graphSignature,
  graphTokenOf,
  toGraphJson,
} from './graph.ts';
export { createHookCaller, type HookAnswer, type HookCaller } from './hook-caller.ts';
export {
  type DoubleRequest,
  type HttpDouble,
  performReaction,
  type Reaction,
  readDouble,
  startHttpDouble,
} from './http-double.ts';
export { loadDrivers } from './load-drivers.ts';
export { type Form, type FormFile, readForm } from './read-form.ts';
export { runSimulator } from './run-simulator.ts';
export { serveClients } from './serve-clients.ts';
export { type Running, type SimulatorOptions, type SimulatorWorld, startSimulator } from './start-simulator.ts';
export {
  batchTroubles,
  callTroubles,
  createTroubles,
  fileTroubles,
  hookTroubles,
  proofTroubles,
  type Trouble,
  type Troubles,
} from './troubles.ts';
