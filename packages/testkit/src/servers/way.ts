import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { hasImage } from './docker-image.ts';
import { fetchServer, type Report, type ServerName } from './fetch/fetch.mjs';
import { Problem } from './fetch/problem.mjs';
import { run } from './fetch/run.mjs';

/** How a server is provided. For `path` and `fetch` the program to run (Kafka: its start script, or the folder of its jars). */
export type Way =
  | { readonly kind: 'env'; readonly address: string }
  | { readonly kind: 'docker'; readonly image: string }
  | { readonly kind: 'path'; readonly program: string }
  | { readonly kind: 'fetch'; readonly program: string };

const KINDS = ['env', 'docker', 'path', 'fetch'] as const;

const SOURCES = {
  nats: { variable: 'NATS_URL', image: 'nats:2.15', program: 'nats-server', atLeast: [2, 12] },
  mongo: { variable: 'MONGO_URL', image: 'mongo:6.0', program: 'mongod', atLeast: [6, 0] },
  kafka: {
    variable: 'KAFKA_BROKERS',
    image: 'apache/kafka:4.1.0',
    program: 'kafka-server-start.sh',
    atLeast: undefined,
  },
} as const;

/**
 * Decides how a server is provided, in this order: an address in the environment, Docker (if its daemon answers and the image is
 * there or comes within a minute), a program on the PATH, a download. `SERVERS` in the environment forces one of them.
 * `own` leaves the environment's address out, for callers that kill, freeze or restart the server.
 */
export async function findWay(
  name: ServerName,
  { own, signal, report }: { own: boolean; signal: AbortSignal; report?: Report | undefined },
): Promise<Way> {
  const forced = forcedKind();
  for (const kind of forced === undefined ? KINDS : [forced]) {
    if (kind === 'env' && own) continue;
    const way = await tryKind(kind, name, signal, report);
    if (way !== undefined) return way;
  }
  throw new Problem(missing(name, forced ?? 'fetch', own));
}

function forcedKind(): Way['kind'] | undefined {
  const forced = process.env.SERVERS;
  if (forced === undefined || forced === '') return undefined;
  const kind = KINDS.find((known) => known === forced);
  if (kind === undefined) throw new Problem(`SERVERS is "${forced}": say ${KINDS.join(', ')}, or leave it out`);
  return kind;
}

async function tryKind(
  kind: Way['kind'],
  name: ServerName,
  signal: AbortSignal,
  report?: Report,
): Promise<Way | undefined> {
  const { variable, image } = SOURCES[name];
  switch (kind) {
    case 'env': {
      const address = process.env[variable];
      return address ? { kind, address } : undefined;
    }
    case 'docker':
      return (await hasImage(image, signal)) ? { kind, image } : undefined;
    case 'path': {
      const program = await onPath(name, signal);
      return program === undefined ? undefined : { kind, program };
    }
    case 'fetch': {
      const folder = await fetchServer(name, report === undefined ? { signal } : { signal, report });
      return { kind, program: name === 'kafka' ? folder : join(folder, SOURCES[name].program) };
    }
  }
}

async function onPath(name: ServerName, signal: AbortSignal): Promise<string | undefined> {
  const { program, atLeast } = SOURCES[name];
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, program);
    if (isExecutable(path) && (atLeast === undefined || (await isNewEnough(path, atLeast, signal)))) return path;
  }
  return undefined;
}

async function isNewEnough(program: string, atLeast: readonly [number, number], signal: AbortSignal): Promise<boolean> {
  const { lines } = await run(program, ['--version'], { signal });
  const [, major, minor] = /v(\d+)\.(\d+)\./.exec(lines.join('\n')) ?? [];
  if (major === undefined || minor === undefined) return false;
  return Number(major) > atLeast[0] || (Number(major) === atLeast[0] && Number(minor) >= atLeast[1]);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function missing(name: ServerName, kind: Way['kind'], own: boolean): string {
  const { variable, image, program } = SOURCES[name];
  switch (kind) {
    case 'env':
      return own
        ? `SERVERS=env cannot be used here, because ${name} is going to be stopped and started: leave SERVERS out`
        : `SERVERS=env was asked for, but ${variable} is not set: set it, or leave SERVERS out`;
    case 'docker':
      return `SERVERS=docker was asked for, but the daemon does not answer or has no image ${image}: start Docker and pull it`;
    case 'path':
      return `SERVERS=path was asked for, but there is no ${program} on the PATH that is new enough: install it, or leave SERVERS out`;
    case 'fetch':
      return `${name} could not be provided: set ${variable}, start Docker, or put ${program} on the PATH`;
  }
}
