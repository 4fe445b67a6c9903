import { z } from 'zod';
import { type Connector, ConnectorError, safeJson } from '../../../index.ts';
import sample from '../sample/index.ts';

type Probe = NonNullable<Connector<{ apiUrl: string }>['probe']>;

const told = z.object({
  state: z.enum(['ok', 'degraded', 'needs_sign_in', 'banned', 'off']),
  tokenEndsAtMs: z.number().optional(),
  renewed: z.string().optional(),
});

const probe: Probe = async (channel, _hookUrl, { fetch }) => {
  const body = JSON.stringify({ id: 'probe', to: channel.id, text: '' });
  const answer = await fetch(`${channel.settings.apiUrl}/probe`, { body });
  if (answer.status === 401) throw new ConnectorError('auth_revoked', 'the token was revoked');
  if (answer.status !== 200) throw new ConnectorError('transient', `it answered ${answer.status}`);
  const { state, tokenEndsAtMs, renewed } = told.parse(safeJson(await answer.text()));
  return {
    ...{ state, reason: state === 'ok' ? '' : `it is ${state}` },
    ...(tokenEndsAtMs === undefined ? {} : { tokenEndsAtMs }),
    ...(renewed === undefined ? {} : { secrets: { token: renewed } }),
  };
};

/** The same messenger, but it can be asked how an account is doing. */
export default { ...sample, title: 'Probed', probe };
