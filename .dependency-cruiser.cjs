/**
 * Who may import whom. `npm run check:boundaries` also plants one forbidden import for each rule and fails if a rule misses its own.
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: 'service-imports-packages-and-itself',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/([^/]+)/', pathNot: '^services/$1/' },
    },
    {
      name: 'package-imports-no-service',
      severity: 'error',
      from: { path: '^packages/(?!e2e/)' },
      to: { path: '^services/' },
    },
    {
      name: 'adapter-imports-contracts-and-adapter-kit',
      comment: 'Its tests, and what they stand on, may use the testkit; its simulator is a server of its own.',
      severity: 'error',
      from: { path: '^services/connectors/[^/]+/', pathNot: '(\\.test\\.ts$|/simulator/|/testing/|/widget/)' },
      to: { path: '^packages/', pathNot: '^packages/(contracts|adapter-kit)/' },
    },
    {
      name: 'adapter-imports-no-other-adapter',
      severity: 'error',
      from: { path: '^services/connectors/([^/]+)/' },
      to: { path: '^services/connectors/([^/]+)/', pathNot: '^services/connectors/$1/' },
    },
    {
      name: 'simulator-imports-nothing-of-its-connector',
      comment: 'So that a misreading of the platform shows. A form has no platform: its page is real.',
      severity: 'error',
      from: { path: '^services/connectors/([^/]+)/simulator/', pathNot: '(\\.test\\.ts$|^services/connectors/forms/)' },
      to: { path: '^services/connectors/$1/', pathNot: '^services/connectors/$1/simulator/' },
    },
    {
      name: 'runtime-alone-knows-the-infrastructure',
      severity: 'error',
      from: {
        path: '^(packages|services)/',
        pathNot: '(^packages/(runtime|testkit|e2e)/|\\.test\\.ts$|/simulator/|/testing/|/crash/)',
      },
      to: {
        path: '(^|/)node_modules/(@nats-io|mongodb|nice-grpc[^/]*|@grpc|pino|@opentelemetry|prom-client|fastify|@fastify|undici|ws)/',
      },
    },
    {
      name: 'audit-alone-knows-kafka',
      severity: 'error',
      from: { path: '^(packages|services)/', pathNot: '^(services/audit|packages/e2e)/' },
      to: { path: '(^|/)node_modules/(@platformatic/kafka|kafkajs)/' },
    },
    {
      name: 'portal-sdk-imports-nothing',
      comment: "What a portal's developer installs and audits: Node's own modules only.",
      severity: 'error',
      from: { path: '^packages/portal-sdk/src/', pathNot: '(\\.test\\.ts$|/testing/)' },
      to: { path: '.', pathNot: '^(packages/portal-sdk/|node:)', dependencyTypesNot: ['core'] },
    },
    {
      name: 'contracts-import-no-package',
      severity: 'error',
      from: { path: '^packages/contracts/' },
      to: { path: '^packages/(?!contracts/)' },
    },
    {
      name: 'shipped-code-imports-no-testkit',
      severity: 'error',
      from: {
        path: '^(packages|services)/',
        pathNot: '(^packages/(testkit|e2e)/|\\.test\\.ts$|/simulator/|/testing/|/crash/)',
      },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(packages|services)/.*/(dist|gen)/' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js'],
      conditionNames: ['import', 'node'],
      exportsFields: ['exports'],
    },
  },
};
