import { type ChannelAccess, jsonOrNothing, type RawCall, type Tools } from '@trunkline/adapter-kit';
import { decodeJwt, decodeProtectedHeader, importJWK, type JWTPayload, jwtVerify } from 'jose';
import type { Settings } from './settings.ts';
import { placeSchema, type SigningKey } from './types.ts';
import { signingKey } from './verify-keys.ts';

const issuer = 'https://api.botframework.com';
const skewSeconds = 300;

/**
 * The service signs a token for each call: RS256 by a key of its own that is endorsed for the channel, for this app, and for
 * the address that answers go to, because the bot's token will be sent there. Tokens of the emulator and of other bots are
 * not taken. A body that names no such address tells nothing either: it is only kept.
 */
export async function verify(call: RawCall, channel: ChannelAccess<Settings>, tools: Tools): Promise<boolean> {
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(call.headers.authorization ?? '')?.[1];
  const kid = token === undefined ? undefined : likelyKey(token, channel.settings);
  if (token === undefined || kid === undefined) return false;
  const key = await signingKey(kid, channel.settings, tools);
  const claims = key && (await claimsOf(token, key, channel.settings, tools));
  if (key === undefined || claims === undefined) return false;
  const place = placeSchema.safeParse(jsonOrNothing(Buffer.from(call.body).toString())).data;
  if (place === undefined) return true;
  const told = claims.serviceurl ?? claims.serviceUrl;
  return told === place.serviceUrl && key.endorsements.includes(place.channelId);
}

/** Name of the key of a token that may be genuine, before anybody is asked for the key. */
function likelyKey(token: string, settings: Settings): string | undefined {
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    const { iss, aud } = decodeJwt(token);
    return alg === 'RS256' && iss === issuer && isFor(aud, settings) ? kid : undefined;
  } catch {
    return undefined;
  }
}

function isFor(audience: JWTPayload['aud'], { appId }: Settings): boolean {
  return typeof audience === 'string' && audience.toLowerCase() === appId.toLowerCase();
}

async function claimsOf(
  token: string,
  key: SigningKey,
  settings: Settings,
  tools: Tools,
): Promise<JWTPayload | undefined> {
  const currentDate = new Date(tools.now());
  const options = { algorithms: ['RS256'], issuer, requiredClaims: ['exp'], clockTolerance: skewSeconds, currentDate };
  try {
    const { payload } = await jwtVerify(token, await importJWK(key, 'RS256'), options);
    return isFor(payload.aud, settings) ? payload : undefined;
  } catch {
    return undefined;
  }
}
