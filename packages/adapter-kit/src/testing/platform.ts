import { type DoubleRequest, type Reaction, startHttpDouble } from '@trunkline/testkit';

/** One message that the fake platform was asked to send. */
export interface Asked {
  readonly id: string;
  readonly to: string;
  readonly text: string;
  /** Its bytes in base64. */
  readonly picture?: { readonly name: string; readonly mimeType: string; readonly bytes: string };
  readonly atMs: number;
}

/** The platform behind the sample connector. */
export interface FakePlatform extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** Decides how a request is answered; by default it is sent. */
  react: (asked: Asked) => Reaction | Promise<Reaction>;
  /** What a question how an account is doing is answered. */
  probed: (channelId: string) => Reaction;
}

/** Starts a platform that keeps what it was asked. */
export async function startPlatform(): Promise<FakePlatform> {
  const asked: Asked[] = [];
  const answer = ({ url, body }: DoubleRequest): Reaction | Promise<Reaction> => {
    if (url.pathname.startsWith('/files/')) return fileAt(url.pathname);
    if (url.pathname === '/probe') return platform.probed(JSON.parse(body.toString()).to);
    const one: Asked = { ...(JSON.parse(body.toString()) as Omit<Asked, 'atMs'>), atMs: Date.now() };
    asked.push(one);
    return platform.react(one);
  };
  const server = await startHttpDouble(answer);
  const probed = () => ({ status: 200, body: { state: 'ok' } });
  const platform: FakePlatform = { ...server, asked, react: sent, probed };
  return platform;
}

/** The platform took it. */
export function sent({ id }: Asked): Reaction {
  return { status: 200, body: { id: `p-${id}` } };
}

const picture = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

function fileAt(path: string): Reaction {
  if (path === '/files/endless') return 'endless';
  if (path === '/files/gigabyte') return { status: 200, body: picture, claimedBytes: 1024 * 1024 * 1024 };
  if (path !== '/files/cat') return { status: 404 };
  return { status: 200, headers: { 'content-type': 'text/html' }, body: picture };
}
