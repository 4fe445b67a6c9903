import type { Found } from '@trunkline/adapter-kit';
import type { Memory } from '@trunkline/adapter-kit/page';
import type { OpenedSession } from '../session.ts';
import type { Api } from './api.ts';

/** What {@link createSession} wants. */
export interface SessionParts {
  readonly api: Api;
  readonly channel: string;
  readonly memory: Memory;
  readonly lang: string;
  readonly found: () => Found;
  readonly identity: unknown;
  readonly onSession: (session: OpenedSession) => void;
}

/** The visitor's session, kept for as long as its token is good. */
export interface Session {
  /** Opens one, unless there is one that is young enough. */
  readonly open: () => Promise<void>;
  /** The newest token that is known; empty before the first session. */
  readonly token: () => string;
  /** An open socket is given new ones. */
  readonly renew: (token: string | undefined) => void;
  /** The server does not take it any more. */
  readonly forget: () => void;
}

/** Shorter than the life of a token, so that what was begun with it can end with it. */
const sessionMs = 4 * 60_000;

/** Makes the holder; nothing is asked of the server until {@link Session.open}. */
export function createSession(parts: SessionParts): Session {
  const { api, channel, memory, lang, identity } = parts;
  let openedAtMs: number | undefined;
  let token = '';
  return {
    open: async () => {
      if (openedAtMs !== undefined && Date.now() - openedAtMs < sessionMs) return;
      const resume = memory.get<string>('resume');
      const opened = await api.openSession({ channel, resume, lang, identity, ...parts.found() });
      memory.set('resume', opened.resume);
      token = opened.token;
      openedAtMs = Date.now();
      parts.onSession(opened);
    },
    token: () => token,
    renew: (newer) => {
      token = newer ?? token;
    },
    forget: () => {
      openedAtMs = undefined;
    },
  };
}
