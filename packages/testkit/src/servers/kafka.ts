import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Problem } from './fetch/problem.mjs';
import { run } from './fetch/run.mjs';
import type { Launch } from './instance.ts';
import type { Way } from './way.ts';

// One broker that is its own controller; a fixed id, because its folder is its identity.
const CLUSTER_ID = 'VHJ1bmtsaW5lS2Fma2FAQA';
const JAVA = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const FORMAT_LIMIT_MS = 60_000;

export interface KafkaOptions {
  readonly way: Exclude<Way, { kind: 'env' }>;
  readonly folder: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly keepsData: boolean;
  readonly doors: readonly KafkaDoor[];
}

/** A listener more, for clients that are to come by another way: it tells them to connect to the advertised port. */
export interface KafkaDoor {
  readonly port: number;
  readonly advertisedPort: number;
}

/** Writes the broker's properties, formats its storage once, and says how to start it. */
export async function kafkaLaunch(options: KafkaOptions, signal: AbortSignal): Promise<Launch> {
  const { way, folder, port, keepsData } = options;
  // Where data is kept Kafka follows while the services already work; a test waits for it.
  const launch = { name: 'kafka', folder, port, keepsData, isPatient: keepsData } as const;
  const settings = kafkaSettings(options);
  if (way.kind === 'docker') return { ...launch, program: '', args: [], env: asVariables(settings) };
  const file = join(folder, 'server.properties');
  await writeFile(
    file,
    Object.entries(settings)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  const log = await writeLogSettings(folder);
  const format = ['format', '--cluster-id', CLUSTER_ID, '--config', file, '--ignore-formatted'];
  if (way.kind === 'path') {
    const env = { KAFKA_HEAP_OPTS: '-Xmx512m', LOG_DIR: folder };
    await formatOnce(folder, join(dirname(way.program), 'kafka-storage.sh'), format, signal);
    return { ...launch, program: way.program, args: [file], env };
  }
  await requireJava(signal);
  const java = [...JAVA, `-Dlog4j2.configurationFile=${log}`, '-cp', join(way.program, '*')];
  await formatOnce(folder, 'java', [...java, 'kafka.tools.StorageTool', ...format], signal);
  return { ...launch, program: 'java', args: [...java, 'kafka.Kafka', file], env: {} };
}

function kafkaSettings({ folder, port, controllerPort, way, doors }: KafkaOptions): Record<string, string> {
  // A client is told the addresses of the listener that it came by, and connects to those alone.
  const listeners = [{ port, advertisedPort: port }, ...doors].map((each, index) => ({
    ...each,
    name: index === 0 ? 'PLAINTEXT' : `DOOR${index}`,
  }));
  const listOf = (side: 'port' | 'advertisedPort') =>
    listeners.map((each) => `${each.name}://127.0.0.1:${each[side]}`).join(',');
  return {
    'node.id': '1',
    'process.roles': 'broker,controller',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `${listOf('port')},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': listOf('advertisedPort'),
    'listener.security.protocol.map': [...listeners.map(({ name }) => name), 'CONTROLLER']
      .map((name) => `${name}:PLAINTEXT`)
      .join(','),
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': way.kind === 'docker' ? '/var/lib/kafka/data' : join(folder, 'data'),
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    // A broker that was killed may come back as soon as its former session has ended.
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '500',
    'num.network.threads': '2',
    'num.io.threads': '4',
    'auto.create.topics.enable': 'false',
  };
}

/** The image takes `node.id` as KAFKA_NODE_ID. */
function asVariables(settings: Record<string, string>): Record<string, string> {
  const entries = Object.entries(settings).map(([key, value]) => [
    `KAFKA_${key.toUpperCase().replaceAll('.', '_')}`,
    value,
  ]);
  return { ...Object.fromEntries(entries), CLUSTER_ID };
}

async function writeLogSettings(folder: string): Promise<string> {
  const file = join(folder, 'log4j2.properties');
  await writeFile(
    file,
    [
      'appender.out.type = Console',
      'appender.out.name = out',
      'appender.out.layout.type = PatternLayout',
      'appender.out.layout.pattern = %d %p %m (%c)%n',
      'rootLogger.level = info',
      'rootLogger.appenderRef.out.ref = out',
      '',
    ].join('\n'),
  );
  return file;
}

async function formatOnce(folder: string, command: string, args: string[], signal: AbortSignal): Promise<void> {
  if (existsSync(join(folder, 'data', 'meta.properties'))) return;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(FORMAT_LIMIT_MS)]);
  const { code, lines } = await run(command, args, { signal: limit });
  if (code !== 0) throw new Error(`Kafka's storage could not be formatted:\n${lines.slice(-10).join('\n')}`);
}

async function requireJava(signal: AbortSignal): Promise<void> {
  const { lines } = await run('java', ['-version'], { signal });
  const version = Number(/version "(\d+)/.exec(lines.join('\n'))?.[1] ?? 0);
  if (version >= 17) return;
  const found = version === 0 ? 'Java is missing' : `Java ${version} is too old`;
  throw new Problem(
    `${found} for Kafka, which needs 17: install it (Debian: apt-get install openjdk-17-jre-headless), start Docker, or name a broker in KAFKA_BROKERS`,
  );
}
