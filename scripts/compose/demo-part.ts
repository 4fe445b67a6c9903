import { toolsBuild } from './server-parts.ts';
import { indented } from './yaml.ts';

const SIMULATOR_PORT = 8091;
/** The one that the demo tenant's channel is connected to. */
const SEEDED = 'telegram';

/** Services of the profile `demo`: the platform that plays Telegram, a tenant, the page; the others have their own. Pure. */
export function demoPart(connectors: readonly string[], simulators: readonly string[]): readonly string[] {
  const played = [SEEDED, ...simulators.filter((name) => name !== SEEDED)];
  return [...played.map((name, index) => simulatorPart(name, SIMULATOR_PORT + index)), seedPart(connectors), page];
}

function simulatorPart(name: string, port: number): string {
  return `${name}-simulator:
  profiles: [${name === SEEDED ? 'demo' : 'simulators'}]
  image: trunkline/demo-platforms
  build:
    context: .
    dockerfile: deploy/Dockerfile
    target: demo
    args: { <<: *arguments }
  command: [node, services/connectors/${name}/simulator/main.ts]
  environment: { BIND_ADDRESS: 0.0.0.0, PORT: "${port}" }
  ports: ["${hostPort(name, port)}:${port}"]`;
}

/** The host's port of a played messenger, which is the page's address of it as well. */
function hostPort(name: string, port: number): string {
  return `\${${name.toUpperCase()}_SIMULATOR_PORT:-${port}}`;
}

function seedPart(connectors: readonly string[]): string {
  const waits = ['gateway', 'directory', 'sealer', ...connectors].map(
    (name) => `${name}: { condition: service_healthy }`,
  );
  return `# The demo tenant, made by the public API as a partner would; its keys stay in the volume demo.
seed:
  profiles: [demo]
  ${toolsBuild}
  command: [node, --env-file=/run/trunkline/service.env, scripts/compose.ts, seed, /var/lib/trunkline]
  environment:
    GATEWAY_URL: http://gateway:8080
    PORTAL_URL: http://demo:8090/portal
    TELEGRAM_API_URL: http://${SEEDED}-simulator:${SIMULATOR_PORT}
  volumes: ["demo:/var/lib/trunkline", "secrets-seed:/run/trunkline:ro"]
  depends_on:
    ${SEEDED}-simulator: { condition: service_started }
${indented(waits.join('\n'), 4)}`;
}

const page = `demo:
  <<: *service
  profiles: [demo]
  image: trunkline/demo
  build:
    context: .
    dockerfile: deploy/Dockerfile
    args: { <<: *arguments, SERVICE: demo }
  command: [node, --env-file=/var/lib/trunkline/demo.env, main.ts]
  environment:
    LOG_LEVEL: \${LOG_LEVEL:-info}
    HTTP_PORT: "8090"
    GATEWAY_URL: http://gateway:8080
    GATEWAY_PUBLIC_URL: \${PUBLIC_URL:-http://localhost:\${HTTP_PORT:-8080}}
    SIMULATORS: Telegram=http://localhost:${hostPort(SEEDED, SIMULATOR_PORT)}
    DEMO_FOLDER: /var/lib/trunkline/events
  ports: ["\${DEMO_PORT:-8090}:8090"]
  volumes: ["demo:/var/lib/trunkline"]
  depends_on:
    seed: { condition: service_completed_successfully }`;
