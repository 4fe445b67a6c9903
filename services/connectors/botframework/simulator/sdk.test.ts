import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import {
  BotFrameworkAuthenticationFactory,
  ConnectorClient,
  PasswordServiceClientCredentialFactory,
} from 'botframework-connector';
import { createBotFrameworkSimulator } from './index.ts';

type Credentials = ConstructorParameters<typeof ConnectorClient>[0];

test("the platform's own SDK takes the simulator's calls for genuine, and answers, changes and reads through it", async () => {
  await using simulator = await createBotFrameworkSimulator();
  const { bot, url } = simulator;
  const keys = `${url}/v1/.well-known/openidconfiguration`;
  const issuer = 'https://api.botframework.com';
  const passwords = new PasswordServiceClientCredentialFactory(bot.appId, bot.secret, bot.tenantId);
  const login = 'https://login.microsoftonline.com/botframework.com';
  const rules = { requiredEndorsements: [] } as never;
  const authentication = BotFrameworkAuthenticationFactory.create(
    ...(['', true, login, issuer, issuer, url, keys, keys, '', passwords, rules] as unknown as Parameters<
      typeof BotFrameworkAuthenticationFactory.create
    >),
  );
  // The SDK signs in over https only, so the token is fetched here as it would be.
  const credentials = {
    signRequest: async (request: { headers: { set(name: string, value: string): void } }) => {
      const scope = 'https://api.botframework.com/.default';
      const body = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: bot.appId,
        client_secret: bot.secret,
        scope,
      });
      const response = await fetch(`${url}/botframework.com/oauth2/v2.0/token`, { method: 'POST', body });
      request.headers.set(
        'authorization',
        `Bearer ${((await response.json()) as { access_token: string }).access_token}`,
      );
      return request;
    },
  } as unknown as Credentials;
  const server = createServer(async (request, response) => {
    const activity = JSON.parse(await textOf(request));
    const answering = async () => {
      await authentication.authenticateRequest(activity, request.headers.authorization ?? '');
      const { conversations } = new ConnectorClient(credentials, { baseUri: activity.serviceUrl });
      const said = { type: 'message', text: `You said ${activity.text}`, from: activity.recipient };
      const { id } = await conversations.replyToActivity(activity.conversation.id, activity.id, said);
      const [member] = await conversations.getConversationMembers(activity.conversation.id);
      await conversations.updateActivity(activity.conversation.id, id, {
        ...said,
        text: `${said.text}, ${member?.name}`,
      });
    };
    await answering().then(
      () => response.end(),
      () => response.writeHead(403).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  simulator.setHook({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
  const anna = simulator.person({ name: 'Anna K' });
  simulator.write({ from: anna.id, text: 'hello' });
  await until(() => simulator.view(anna.id).messages.at(-1)?.text === 'You said hello, Anna K');
  for (const wrong of ['none', 'issuer', 'audience', 'service_url'] as const) {
    assert.equal(await simulator.forge({ from: anna.id, wrong }), 403, wrong);
  }
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
