import type { ServiceFolders } from './folders.ts';

/** Text of deploy/prometheus/prometheus.yml for these folders. Pure. */
export function prometheusFile({ services, connectors }: ServiceFolders): string {
  return `# Written by \`npm run compose\` from the folders of services/: edit scripts/compose/prometheus-file.ts, not this file.
# For a Prometheus in the network of docker-compose.yml. A name stands for every instance of its service, however many.

global:
  scrape_interval: 10s
  evaluation_interval: 10s

rule_files: [alerts.yml]

scrape_configs:
  - job_name: trunkline
    # Services say in each metric who they are; of one that does not answer, its address tells.
    honor_labels: true
    dns_sd_configs:
      - names:
${[...services, ...connectors].map((name) => `          - ${name}`).join('\n')}
        type: A
        port: 9464
        refresh_interval: 10s
    relabel_configs:
      - source_labels: [__meta_dns_name]
        target_label: service
`;
}
