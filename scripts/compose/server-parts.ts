/** The servers, and what is done once before the services of these names start. Pure. */
export function serverParts(services: readonly string[]): readonly string[] {
  return [secretsPart(services), nats, mongo, kafka, infra, tools];
}

/** How the image of one-shot commands is built. */
export const toolsBuild = `image: trunkline/tools
  build:
    context: .
    dockerfile: deploy/Dockerfile
    target: tools
    args: { <<: *arguments }`;

/** Each service sees the volume with its own secrets alone. */
function secretsPart(services: readonly string[]): string {
  const folders = ['root', 'nats', 'mongo', 'infra', 'seed', ...services];
  const volumes = folders.map((name) => `    - secrets-${name}:/secrets/${name}`);
  return `# Makes the secrets at the first start. Keep a copy of the volume secrets-root: without it nothing stored can be opened.
secrets:
  ${toolsBuild}
  user: root
  network_mode: none
  command: [node, scripts/compose.ts, secrets, /secrets]
  volumes:
${volumes.join('\n')}`;
}

const nats = `nats:
  image: nats:2.15
  restart: unless-stopped
  command: [--config, /run/trunkline/nats.conf]
  environment:
    NATS_SERVER_NAME: nats
    NATS_STORE_DIR: /data
    NATS_MAX_FILE_STORE: \${NATS_MAX_FILE_STORE:-10GB}
  volumes: ["nats:/data", "secrets-nats:/run/trunkline:ro"]
  depends_on:
    secrets: { condition: service_completed_successfully }`;

const mongo = `mongo:
  image: mongo:6.0
  restart: unless-stopped
  # A service that was killed inside a transaction blocks its successor for 3 s, not for the usual minute. Former versions of
  # busy documents, which nobody reads, are not kept for five minutes.
  command: [mongod, --replSet, rs0, --keyFile, /run/trunkline/replica-set.key, --bind_ip_all, --wiredTigerCacheSizeGB, "1", --setParameter, transactionLifetimeLimitSeconds=3, --setParameter, minSnapshotHistoryWindowInSeconds=0]
  volumes: ["mongo:/data/db", "secrets-mongo:/run/trunkline:ro"]
  healthcheck: { test: [CMD, bash, -c, "</dev/tcp/127.0.0.1/27017"], interval: 3s, retries: 40 }
  depends_on:
    secrets: { condition: service_completed_successfully }`;

const kafka = `kafka:
  image: apache/kafka:4.1.0
  restart: unless-stopped
  environment:
    KAFKA_NODE_ID: "1"
    KAFKA_PROCESS_ROLES: broker,controller
    KAFKA_LISTENERS: PLAINTEXT://:9092,CONTROLLER://:9093
    KAFKA_ADVERTISED_LISTENERS: PLAINTEXT://kafka:9092
    KAFKA_CONTROLLER_LISTENER_NAMES: CONTROLLER
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
    KAFKA_CONTROLLER_QUORUM_VOTERS: 1@localhost:9093
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: "1"
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: "1"
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: "1"
    KAFKA_LOG_DIRS: /var/lib/kafka/data
    KAFKA_HEAP_OPTS: -Xmx512m
  volumes: ["kafka:/var/lib/kafka/data"]
  healthcheck: { test: [CMD, bash, -c, "</dev/tcp/127.0.0.1/9092"], interval: 3s, retries: 60 }`;

const infra = `# The replica set, streams, collections, indexes, users. In mongod's own network: its first user may be made from there alone.
infra:
  ${toolsBuild}
  network_mode: service:mongo
  command: [node, --env-file=/run/trunkline/service.env, scripts/compose.ts, infra]
  environment:
    MONGO_DATABASE: trunkline
    BUS_BYTES: \${BUS_BYTES:-4294967296}
  volumes: ["secrets-infra:/run/trunkline:ro"]
  depends_on:
    mongo: { condition: service_healthy }
    nats: { condition: service_started }`;

const tools = `# For people: docker compose run --rm tools scripts/compose.ts status
tools:
  profiles: [tools]
  ${toolsBuild}
  entrypoint: [node, --env-file=/run/trunkline/service.env]
  environment: { TRUNKLINE_URL: "http://gateway:8080" }
  volumes: ["secrets-infra:/run/trunkline:ro", "demo:/var/lib/trunkline:ro"]`;
