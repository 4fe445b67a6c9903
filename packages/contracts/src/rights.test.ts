import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuditServiceDefinition } from './gen/trunkline/audit/v1/audit_service.ts';
import { ConnectorServiceDefinition } from './gen/trunkline/connector/v1/connector_service.ts';
import { DeliveryServiceDefinition } from './gen/trunkline/delivery/v1/delivery_service.ts';
import { PortalServiceDefinition } from './gen/trunkline/delivery/v1/portal_service.ts';
import { DirectoryServiceDefinition } from './gen/trunkline/directory/v1/directory_service.ts';
import { SignInServiceDefinition } from './gen/trunkline/directory/v1/sign_ins.ts';
import { ContactServiceDefinition } from './gen/trunkline/message/v1/contact_service.ts';
import { MessageServiceDefinition } from './gen/trunkline/message/v1/message_service.ts';
import { SealingServiceDefinition } from './gen/trunkline/sealing/v1/sealing_service.ts';
import { coreServices, mayCall, rightsOf } from './rights.ts';

const connectors = ['telegram', 'viber'];
const services = [...coreServices, ...connectors];

/** Every method of every service, as it is called on the wire. */
const methods = [
  AuditServiceDefinition,
  ConnectorServiceDefinition,
  ContactServiceDefinition,
  DeliveryServiceDefinition,
  DirectoryServiceDefinition,
  MessageServiceDefinition,
  PortalServiceDefinition,
  SealingServiceDefinition,
  SignInServiceDefinition,
].flatMap(({ name, fullName, methods: all }) =>
  Object.values(all).map((method) => ({ short: `${name}/${method.name}`, path: `/${fullName}/${method.name}` })),
);

test('every cell of the table of calls is allowed, and no other', () => {
  for (const service of services) {
    const calls = rightsOf(service, connectors).calls ?? [];
    for (const { short, path } of methods) {
      const wanted = calls.some((call) => call === short || call === `${short.split('/')[0]}/*`);
      assert.equal(mayCall(service, path), wanted, `${service} calls ${path}`);
    }
  }
});

test('every call of the table is a method that exists', () => {
  const known = new Set(methods.flatMap(({ short }) => [short, `${short.split('/')[0]}/*`]));
  for (const service of services)
    for (const call of rightsOf(service, connectors).calls ?? []) assert.ok(known.has(call), `${service}: ${call}`);
});

test('keys leave the sealer for those alone who use them', () => {
  const callers = (path: string) => services.filter((service) => mayCall(service, path));
  assert.deepEqual(callers('/trunkline.sealing.v1.SealingService/GetSigningKeys'), ['delivery']);
  assert.deepEqual(callers('/trunkline.directory.v1.DirectoryService/RegisterConnector'), connectors);
  assert.deepEqual(callers('/trunkline.connector.v1.ConnectorService/Connect'), ['directory']);
  assert.deepEqual(callers('nonsense'), []);
  assert.deepEqual(callers('/trunkline.sealing.v1.SealingService/'), []);
});

test('a collection has one writer, and so has a subject', () => {
  for (const what of ['collections', 'publishes'] as const) {
    const all = services.flatMap((service) => rightsOf(service, connectors)[what] ?? []);
    const shared = all.filter((name, at) => all.indexOf(name) !== at);
    // The door is the one way in that many share.
    assert.deepEqual([...new Set(shared)], what === 'publishes' ? ['ingress.*'] : []);
  }
});
