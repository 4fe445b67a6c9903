import { globSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { connectorProblems } from '../new/connector-shape.ts';

/** Rules of size and shape that no linter knows. Each returns one line for everything that breaks it. */
const RULES: readonly (() => string[])[] = [
  filesAreSmall,
  namesSayWhat,
  connectorsLookAlike,
  readmesAreShort,
  noPromises,
  startsArePatient,
];

const LARGEST_FILE_LINES = 300;
const LONGEST_README_LINES = 40;

const broken = RULES.flatMap((rule) => rule());
for (const line of broken) console.log(line);
process.exitCode = broken.length === 0 ? 0 : 1;

function filesAreSmall(): string[] {
  return sources()
    .map((path) => ({ path, lines: linesOf(path) }))
    .filter(({ lines }) => lines > LARGEST_FILE_LINES)
    .map(
      ({ path, lines }) =>
        `${path} has ${lines} lines, more than ${LARGEST_FILE_LINES}: look for the second idea in it and give that a name`,
    );
}

function namesSayWhat(): string[] {
  const empty = /(^|\/)(utils?|helpers?|common|misc|managers?)(\/|\.[cm]?tsx?$|\.mjs$)/;
  const unusual = /[A-Z_]/;
  return [
    ...sources()
      .filter((path) => empty.test(path))
      .map((path) => `${path} has a name that says nothing of what is in it`),
    ...sources()
      .filter((path) => unusual.test(basename(path)))
      .map((path) => `${path} is not in kebab-case`),
  ];
}

function connectorsLookAlike(): string[] {
  return [...connectorProblems('services/connectors')];
}

function readmesAreShort(): string[] {
  const readmes = globSync('services/{*,connectors/*}/README.md');
  const services = globSync('services/*/src/main.ts').map((path) => dirname(dirname(path)));
  return [
    ...services
      .filter((folder) => !readmes.includes(`${folder}/README.md`))
      .map((folder) => `${folder} has no README.md`),
    ...readmes
      .filter((path) => linesOf(path) > LONGEST_README_LINES)
      .map((path) => `${path} has more than ${LONGEST_README_LINES} lines`),
  ];
}

/** An intention without an issue is forgotten. */
function noPromises(): string[] {
  const promise = /\b(TODO|FIXME|XXX)\b(?! #\d)/;
  return sources()
    .filter((path) => path !== 'scripts/check/shape.ts' && promise.test(readFileSync(path, 'utf8')))
    .map((path) => `${path} has a TODO without an issue's number`);
}

/** An index that is made without patience ends a service whose database is away for a moment: the store makes it. */
function startsArePatient(): string[] {
  return sources()
    .filter((path) => /^(packages\/adapter-kit|services)\//.test(path) && !path.endsWith('.test.ts'))
    .filter((path) => /\.createIndex(es)?\(/.test(readFileSync(path, 'utf8')))
    .map((path) => `${path} makes an index itself: use provideIndex of the store, which waits for the server`);
}

function sources(): string[] {
  const exclude = (path: string) => /(^|\/)(node_modules|dist|gen|fixtures)$/.test(path);
  return globSync('{packages,services,scripts,deploy}/**/*.{ts,tsx,mjs,cjs,js}', { exclude });
}

function linesOf(path: string): number {
  return readFileSync(path, 'utf8').trimEnd().split('\n').length;
}
