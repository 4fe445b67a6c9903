import { ContactServiceDefinition, MessageServiceDefinition } from '@trunkline/contracts';
import type { RpcServer } from '@trunkline/runtime';
import { findContacts, getContact, joinContacts, splitContact } from './contacts.ts';
import type { MessageContext } from './context.ts';
import { canSend, getMessage, hasConversations, listHistory, resolveUnknown } from './messages.ts';
import { reparse } from './reparse.ts';
import { submit } from './submit.ts';

/** Adds the methods of messages and contacts to the service's server. */
export function addMethods(rpc: RpcServer, context: MessageContext): void {
  rpc.addService(MessageServiceDefinition, {
    submit: (request, call) => submit(request, call, context),
    canSend: (request, call) => canSend(request, call, context),
    get: (request, call) => getMessage(request, call, context),
    listHistory: (request, call) => listHistory(request, call, context),
    resolveUnknown: (request, call) => resolveUnknown(request, call, context),
    reparse: (request, call) => reparse(request, call, context),
    hasConversations: (request) => hasConversations(request, context),
  });
  rpc.addService(ContactServiceDefinition, {
    get: (request, call) => getContact(request, call, context),
    find: (request, call) => findContacts(request, call, context),
    join: (request, call) => joinContacts(request, call, context),
    split: (request, call) => splitContact(request, call, context),
  });
}
