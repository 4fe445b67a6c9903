// What only promtool can tell: that the rules are rules, that each fires when it should, and that every panel asks a proper
// question. Where promtool is not installed it says so and checks nothing (Debian: apt-get install prometheus).
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const cwd = import.meta.dirname;

function promtool(...args) {
  return spawnSync('promtool', args, { cwd, encoding: 'utf8', timeout: 60_000 });
}

/** Each panel's query as a rule, so that promtool reads it; what Grafana fills in is filled in. */
function panelRules() {
  const panels = globSync('../grafana/dashboards/*.json', { cwd }).flatMap(
    (path) => JSON.parse(readFileSync(join(cwd, path), 'utf8')).panels,
  );
  const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  const rules = queries.map((expr, index) => ({
    record: `panel:${index}`,
    expr: expr.replaceAll('$__rate_interval', '1m'),
  }));
  return JSON.stringify({ groups: [{ name: 'panels', rules }] });
}

function check() {
  const folder = mkdtempSync(join(tmpdir(), 'trunkline-promtool-'));
  try {
    const panels = join(folder, 'panels.json');
    writeFileSync(panels, panelRules());
    for (const args of [
      ['check', 'config', 'prometheus.yml'],
      ['test', 'rules', 'alerts.test.yml'],
      ['check', 'rules', panels],
    ]) {
      const { status, stdout, stderr } = promtool(...args);
      console.log(`${status === 0 ? 'ok  ' : 'FAIL'} promtool ${args.join(' ')}\n${stdout}${stderr}`);
      if (status !== 0) process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (promtool('--version').error === undefined) check();
else console.log('promtool is not installed: rules and panels were not checked');
