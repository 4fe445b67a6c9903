import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './fetch/run.mjs';
import type { Instance, Launch } from './instance.ts';
import { requireFree, untilAnswers } from './ports.ts';

const START_LIMIT_MS = 90_000;
const COMMAND_LIMIT_MS = 40_000;

/**
 * Runs a server as a container on this machine's network, with the server's folder mounted under the same path: ports, configuration
 * and data are the very same as those of a local process, so a container is made anew for each start.
 */
export function container(image: string, launch: Launch): Instance {
  let running: { id: string; pid: number } | undefined;
  const end = async (...command: string[]) => {
    const ended = running;
    running = undefined;
    if (ended !== undefined) await docker([...command, ended.id]);
  };
  return {
    pid: () => running?.pid,
    start: async (signal) => {
      await requireFree(launch.port, launch.name);
      const id = await create(image, launch);
      running = { id, pid: Number(await docker(['inspect', '--format', '{{.State.Pid}}', id])) };
      await untilAnswers(launch.port, AbortSignal.any([signal, AbortSignal.timeout(START_LIMIT_MS)])).catch(
        async (error) => {
          const log = await docker(['logs', '--tail', '20', id]);
          await end('rm', '--force', '--volumes');
          throw new Error(`${launch.name} did not start in its container; the end of its log:\n${log}`, {
            cause: error,
          });
        },
      );
    },
    stop: async () => {
      if (launch.keepsData && running !== undefined) await docker(['stop', '--time', '15', running.id]);
      await end('rm', '--force', '--volumes');
    },
    kill: () => end('rm', '--force', '--volumes'),
    freeze: async () => void (running && (await docker(['pause', running.id]))),
    thaw: async () => void (running && (await docker(['unpause', running.id]))),
  };
}

async function create(image: string, launch: Launch): Promise<string> {
  // Its reaper would need an image of its own, and stops nothing that `await using` does not stop.
  process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
  const { GenericContainer } = await import('testcontainers');
  const wanted = new GenericContainer(image).withNetworkMode('host').withAutoRemove(false);
  const started = await (launch.name === 'kafka' ? await asKafka(wanted, launch) : asOurselves(wanted, launch)).start();
  return started.getId();
}

type Container = InstanceType<typeof import('testcontainers').GenericContainer>;

/** Run by our own user, so that the files it writes are ours. */
function asOurselves(wanted: Container, launch: Launch): Container {
  const program = launch.name === 'mongo' ? ['mongod'] : ['nats-server'];
  return wanted
    .withUser(`${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`)
    .withBindMounts([{ source: launch.folder, target: launch.folder, mode: 'rw' }])
    .withEntrypoint(program)
    .withCommand([...launch.args]);
}

/** Its image is configured by variables and runs as a user of its own, who must be able to write the data. */
async function asKafka(wanted: Container, launch: Launch): Promise<Container> {
  const data = join(launch.folder, 'data');
  await mkdir(data, { recursive: true });
  await chmod(data, 0o777);
  return wanted
    .withBindMounts([{ source: data, target: '/var/lib/kafka/data', mode: 'rw' }])
    .withEnvironment({ ...launch.env });
}

async function docker(args: string[]): Promise<string> {
  const { code, lines } = await run('docker', args, { signal: AbortSignal.timeout(COMMAND_LIMIT_MS) });
  if (code !== 0) throw new Error(`docker ${args[0]} failed: ${lines.at(-1) ?? 'no reason given'}`);
  return lines.join('\n');
}
