import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { collections, SignInState } from '@trunkline/contracts';
import { accountIn, channelIn, companyIn, everybody, key, storedIn } from './testing/company.ts';
import { connector, type Surroundings, startSurroundings, told } from './testing/surroundings.ts';

let around: Surroundings;
before(async () => {
  around = await startSurroundings();
  await around.asConnector.registerConnector({ connector: told });
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});

type Company = Awaited<ReturnType<typeof companyIn>>;
const begin = async (at: Company) => {
  const request = { ...key(), connector, lineId: at.line.id, secrets: { appSecret: 'of the app' } };
  const signIn = await around.gateway.beginSignIn(request, at.own);
  return { request, signIn, address: new URL(signIn.authorizeUrl).searchParams };
};

/** The person agrees at the platform: the code that their browser brings back. */
function agree({ address }: Awaited<ReturnType<typeof begin>>, tokens: readonly string[]): string {
  const code = `code for ${tokens.join()}`;
  around.platform.grants.set(code, { codeChallenge: address.get('code_challenge') ?? '', tokens });
  return code;
}

/** A signing in whose person has agreed. */
async function agreed(at: Company, tokens: readonly string[]) {
  const begun = await begin(at);
  const state = begun.address.get('state') ?? '';
  const finished = await around.signInDoor.finish({ state, query: { code: agree(begun, tokens) } }, everybody);
  return { ...begun, state, finished };
}

test('a person agrees, chooses several accounts, and each becomes a channel that is named after it', async () => {
  const at = await companyIn(around);
  const accounts = [accountIn(around), accountIn(around), accountIn(around)];
  const { signIn, finished } = await agreed(
    at,
    accounts.map(({ token }) => token),
  );
  assert.deepEqual(
    [finished.isGranted, finished.tenantName, finished.connectorTitle, finished.accounts],
    [true, 'Shop', 'Telegram', 3],
  );
  const shown = await around.gateway.getSignIn({ signInId: signIn.id }, at.own);
  assert.equal(shown.state, SignInState.SIGN_IN_STATE_CHOOSING);
  assert.deepEqual(
    shown.accounts.map(({ accountId, name }) => [accountId, name]),
    accounts.map(({ id }) => [id, `Page ${id}`]),
  );
  const [one, two] = accounts;
  const choice = { signInId: signIn.id, accountIds: [one?.id ?? '', two?.id ?? ''] };
  const { accounts: connected } = await around.gateway.connectAccounts(choice, at.own);
  const { channels } = await around.gateway.listChannels({}, at.own);
  assert.deepEqual(
    channels.map(({ name, accountId, lineId }) => [name, accountId, lineId]).toSorted(),
    [one, two].map((account) => [`Page ${account?.id}`, account?.id, at.line.id]).toSorted(),
  );
  assert.deepEqual(connected.map(({ channelId }) => channelId).toSorted(), channels.map(({ id }) => id).toSorted());
  const [first] = connected;
  const { sealedSecrets, settingsJson } = await storedIn(around, first?.channelId ?? '');
  assert.deepEqual([around.opened(sealedSecrets).token, settingsJson], [one?.token, '{"isPage":true}']);
  assert.equal(around.opened(sealedSecrets).appSecret, 'of the app');
  const again = await around.gateway.connectAccounts(choice, at.own);
  assert.deepEqual(again.accounts, connected, 'chosen twice it is the same channels');
});

test('what the browser brings works once, only while it waits, and only with the word of that signing in', async () => {
  const at = await companyIn(around);
  const begun = await begin(at);
  const state = begun.address.get('state') ?? '';
  const finish = (words: { state: string; query: Record<string, string> }) =>
    around.signInDoor.finish(words, everybody);
  await assert.rejects(finish({ state: 'guessed', query: { code: 'x' } }), { code: 'not_found' });
  const query = { code: agree(begun, [accountIn(around).token]) };
  const describe = () => around.signInDoor.describe({ state }, everybody);
  for (const asked of [await describe(), await describe()]) assert.equal(asked.connectorTitle, 'Telegram');
  assert.equal((await finish({ state, query })).isGranted, true);
  await assert.rejects(describe(), { code: 'not_found' });
  await assert.rejects(finish({ state, query }), { code: 'not_found' });

  const late = await begin(at);
  const past = { expiresAt: new Date(Date.now() - 1) } as never;
  await around.collection(collections.directory.signIns).updateOne({ _id: late.signIn.id }, { $set: past });
  const word = late.address.get('state') ?? '';
  await assert.rejects(finish({ state: word, query: { code: 'x' } }), { code: 'not_found' });
  await assert.rejects(around.gateway.getSignIn({ signInId: late.signIn.id }, at.own), { code: 'not_found' });
});

test('a code that was asked for by somebody else is not exchanged (PKCE)', async () => {
  const at = await companyIn(around);
  const [theirs, ours] = [await begin(at), await begin(at)];
  const stolen = agree(theirs, [accountIn(around).token]);
  const state = ours.address.get('state') ?? '';
  const finished = await around.signInDoor.finish({ state, query: { code: stolen } }, everybody);
  assert.deepEqual(
    [finished.isGranted, finished.reason],
    [false, 'The platform did not let us in: The code is not valid.'],
  );
});

test('a person who refuses is told so in words, and nothing can be chosen', async () => {
  const at = await companyIn(around);
  const begun = await begin(at);
  const query = { error: 'access_denied', error_description: 'Permissions error: pages_messaging was not given' };
  const finished = await around.signInDoor.finish({ state: begun.address.get('state') ?? '', query }, everybody);
  assert.match(finished.reason, /pages_messaging was not given/);
  const { state, reason } = await around.gateway.getSignIn({ signInId: begun.signIn.id }, at.own);
  assert.deepEqual([state, reason], [SignInState.SIGN_IN_STATE_REFUSED, finished.reason]);
  const choosing = around.gateway.connectAccounts({ signInId: begun.signIn.id, accountIds: ['1'] }, at.own);
  await assert.rejects(choosing, { code: 'failed_precondition' });
});

test('a channel that has to be signed in again is the same channel afterwards, with the new token', async () => {
  const at = await companyIn(around);
  const { id, token } = accountIn(around);
  const { channel } = await channelIn(around, at, token);
  const { token: renewed } = accountIn(around, id);
  const { signIn } = await agreed(at, [renewed]);
  const { accounts } = await around.gateway.connectAccounts({ signInId: signIn.id, accountIds: [id] }, at.own);
  assert.deepEqual(accounts, [{ accountId: id, channelId: channel.id, code: '', reason: '' }]);
  const { sealedSecrets, name } = await storedIn(around, channel.id);
  assert.deepEqual([around.opened(sealedSecrets).token, name], [renewed, 'Bot']);
});

test('an account of another tenant is refused by itself, and the others are connected', async () => {
  const [at, others] = [await companyIn(around), await companyIn(around)];
  const [taken, free] = [accountIn(around), accountIn(around)];
  await channelIn(around, others, taken.token);
  const { signIn } = await agreed(at, [taken.token, free.token]);
  const choice = { signInId: signIn.id, accountIds: [taken.id, free.id] };
  const { accounts } = await around.gateway.connectAccounts(choice, at.own);
  assert.deepEqual(
    accounts.map(({ code, channelId }) => [code, channelId === '']),
    [
      ['already_exists', true],
      ['', false],
    ],
  );
});

test('a signing in is its tenant’s alone, the same for a repeated request, and keeps no secret in clear', async () => {
  const [at, others] = [await companyIn(around), await companyIn(around)];
  const { request, signIn } = await begin(at);
  assert.deepEqual(await around.gateway.beginSignIn(request, at.own), signIn);
  await assert.rejects(around.gateway.beginSignIn({ ...request, secrets: {} }, at.own), { code: 'auth_revoked' });
  const other = { ...request, settingsJson: '{"a":1}' };
  await assert.rejects(around.gateway.beginSignIn(other, at.own), { code: 'already_exists' });
  await assert.rejects(around.gateway.getSignIn({ signInId: signIn.id }, others.own), { code: 'not_found' });
  const { token } = accountIn(around);
  const { signIn: granted } = await agreed(at, [token]);
  const stored = JSON.stringify(await around.collection(collections.directory.signIns).findOne({ _id: granted.id }));
  for (const hidden of [token, 'of the app']) assert.ok(!stored.includes(hidden));
  const wrong = around.gateway.connectAccounts({ signInId: granted.id, accountIds: ['another'] }, at.own);
  await assert.rejects(wrong, { code: 'invalid_argument' });
});
