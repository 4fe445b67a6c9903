import { demoPart } from './demo-part.ts';
import type { ServiceFolders } from './folders.ts';
import { serverParts } from './server-parts.ts';
import { clearSettings } from './service-settings.ts';
import { indented, mapping } from './yaml.ts';

/** Text of docker-compose.yml for these folders. Pure. */
export function composeFile(folders: ServiceFolders): string {
  const { services, connectors, simulators } = folders;
  const all = [...services, ...connectors];
  const parts = [
    ...serverParts(all),
    ...all.map((name) => servicePart(name, folders)),
    ...demoPart(connectors, simulators),
  ];
  const secretVolumes = ['root', 'nats', 'mongo', 'infra', 'seed', ...all].map((name) => `secrets-${name}:`);
  const volumes = ['nats:', 'mongo:', 'kafka:', 'demo:', ...secretVolumes];
  return [
    head,
    'services:',
    parts.map((part) => indented(part, 2)).join('\n\n'),
    '',
    'volumes:',
    indented(volumes.join('\n'), 2),
    '',
  ].join('\n');
}

const head = `# Written by \`npm run compose\` from the folders of services/: edit scripts/compose/, not this file.
#   docker compose up --build --wait                                          the platform
#   docker compose --env-file deploy/compose/demo.env up --build --wait       with the demo: http://localhost:8090
#   docker compose up --wait --scale delivery=2                               lanes are shared between the instances

name: trunkline

x-arguments: &arguments
  # A mirror of npm's registry, if yours is not the usual one.
  NPM_REGISTRY: \${NPM_REGISTRY:-}

x-settings: &settings
  NATS_URL: nats://nats:4222
  MONGO_DATABASE: trunkline
  LOG_LEVEL: \${LOG_LEVEL:-info}
  TRACE_RATIO: \${TRACE_RATIO:-0.01}
  OTEL_EXPORTER_OTLP_ENDPOINT: \${OTEL_EXPORTER_OTLP_ENDPOINT:-}

x-service: &service
  restart: unless-stopped
  stop_grace_period: 30s
  read_only: true
  tmpfs: [/tmp]
  cap_drop: [ALL]
  security_opt: ["no-new-privileges:true"]

x-infra-is-done: &infra-is-done
  infra: { condition: service_completed_successfully }
`;

function servicePart(name: string, folders: ServiceFolders): string {
  const isConnector = folders.connectors.includes(name);
  const ports = name === 'gateway' ? [`ports: ["\${HTTP_PORT:-8080}:8080", "\${GRPC_PORT:-50051}:50051"]`] : [];
  const waits = name === 'audit' ? ['  kafka: { condition: service_healthy }'] : [];
  return [
    `${name}:`,
    '  <<: *service',
    `  image: trunkline/${name}`,
    '  build:',
    '    context: .',
    '    dockerfile: deploy/Dockerfile',
    `    args: { <<: *arguments, SERVICE: ${isConnector ? 'connectors' : name} }`,
    '  environment:',
    '    <<: *settings',
    indented(mapping(clearSettings(name, folders)), 4),
    `  volumes: ["secrets-${name}:/run/trunkline:ro"]`,
    ...ports.map((line) => `  ${line}`),
    '  depends_on:',
    '    <<: *infra-is-done',
    ...waits.map((line) => `  ${line}`),
  ]
    .filter((line) => line.trim() !== '')
    .join('\n');
}
