import { ConfigError, type ConfigSchema } from './config.ts';
import { startService } from './host.ts';
import type { ServiceDefinition } from './service.ts';

/**
 * Runs a service until SIGTERM or SIGINT, or until one of its loops fails; resolves when everything is released. Called by
 * each main.ts. The exit code is 1 if it could not start or failed; a second signal ends the process at once.
 */
export async function runService<Schema extends ConfigSchema>(
  definition: ServiceDefinition<Schema>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const service = startService(definition, env);
  const stop = () => {
    forget();
    service.stop().catch(() => {});
  };
  const forget = () => {
    process.off('SIGTERM', stop);
    process.off('SIGINT', stop);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  try {
    await service.done;
  } catch (error) {
    // Everything else stands in the log already.
    if (error instanceof ConfigError) process.stderr.write(`${definition.name} cannot start. ${error.message}\n`);
    process.exitCode = 1;
  } finally {
    forget();
    watchForLeftovers(definition.name);
  }
}

/** Says what keeps the process alive, if anything does, instead of hanging in silence. */
function watchForLeftovers(name: string): void {
  const timer = setTimeout(() => {
    const left = process.getActiveResourcesInfo().join(', ');
    process.stderr.write(`${name} has ended, but the process is kept alive by: ${left}\n`);
  }, 5_000);
  timer.unref();
}
