import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** What every connector has; what it has beyond that follows from its messenger. */
const required = ['index.ts', 'settings.ts', 'capabilities.ts', 'parse.ts', 'errors.ts', 'README.md'];

/** What one has that sends, too: a form has no way back. */
const requiredToSend = ['render.ts'];

/** Names of source files, the same in every connector; `parse-group.ts` is a part of `parse.ts`. */
const known = [
  ...['index', 'settings', 'capabilities', 'types', 'verify', 'parse', 'poll', 'hook'],
  ...['render', 'send', 'api', 'errors', 'setup', 'download', 'confirm'],
];

/** Folders of a connector: its platform's imitation, its tests' own things, a widget's page. */
const folders = ['fixtures', 'simulator', 'testing', 'widget'];

/** A connector aims at 500; WhatsApp, VK and Telegram, with everything that their messengers have, are the largest there may be. */
const sourceLines = 1_560;
const fileLines = 300;

/** What of the connectors in a folder is not as it should be: one sentence each. Reads the folder. */
export function connectorProblems(parent: string): readonly string[] {
  return globSync('*/index.ts', { cwd: parent }).flatMap((index) =>
    problemsOf(parent, index.slice(0, -'/index.ts'.length)),
  );
}

function problemsOf(parent: string, name: string): string[] {
  const folder = join(parent, name);
  const entries = globSync('*', { cwd: folder, withFileTypes: true });
  const sources = entries
    .filter((entry) => entry.isFile() && /(?<!\.test)\.ts$/.test(entry.name))
    .map((entry) => entry.name);
  const lines = new Map(sources.map((file) => [file, readFileSync(join(folder, file), 'utf8').split('\n').length - 1]));
  const total = [...lines.values()].reduce((sum, count) => sum + count, 0);
  // A connector with a door of its own has a protocol of its own, and words for it.
  const hasOwnWords = sources.includes('serve.ts');
  const wanted = sources.includes('send.ts') ? [...required, ...requiredToSend] : required;
  const problems = [
    ...wanted.filter((file) => !existsSync(join(folder, file))).map((file) => `has no ${file}`),
    ...(hasOwnWords || existsSync(join(folder, 'fixtures/kinds.json')) ? [] : ['has no fixtures/kinds.json']),
    ...(/^[a-z][a-z0-9]{1,30}$/.test(name) ? [] : ['has a name that no subject can carry']),
    ...(existsSync(join(folder, 'package.json')) ? ['has a package.json: the connectors share one'] : []),
    ...entries
      .filter((entry) => entry.isDirectory() && !folders.includes(entry.name))
      .map((entry) => `has a folder ${entry.name}: there are ${folders.join(', ')}`),
    ...(hasOwnWords
      ? []
      : sources.filter((file) => !isKnown(file)).map((file) => `has ${file}: files are named ${known.join(', ')}`)),
    ...[...lines].filter(([, count]) => count > fileLines).map(([file, count]) => `has ${file} of ${count} lines`),
    ...(total > sourceLines ? [`has ${total} lines of source, more than ${sourceLines}`] : []),
  ];
  return problems.map((problem) => `services/connectors/${name} ${problem}`);
}

function isKnown(file: string): boolean {
  const [word] = basename(file, '.ts').split('-');
  return known.includes(word ?? '');
}
