import { globSync, readFileSync } from 'node:fs';
import {
  bucketStream,
  collections,
  egressStream,
  headers,
  objectStream,
  sendsStream,
  streams,
  subjects,
  topics,
} from '../../packages/contracts/src/index.ts';

/**
 * Streams, subjects, collections, topics and headers are spelled once, in the contracts. Prints every place of shipped code
 * that spells one itself. Tests may: a name that changes is to be noticed. So may the SDK, which imports nothing of ours.
 */
const SHIPPED = '{packages,services,scripts}/**/*.{ts,mjs}';
const MAY_SPELL =
  /(\.test|-probes)\.ts$|^packages\/(contracts|portal-sdk|testkit|e2e)\/|^scripts\/check\/names|\/(testing|simulator|widget|crash|models?|bench)\//;

/** One of each; a check that does not see them is blind. */
const PLANTED = ['FACTS', 'EGRESS_telegram', 'facts.*.>', 'parked_in', 'trunkline.facts.v1', 'Trunkline-Position'];

/** The beginning of a connector's streams, of buckets and of object stores. */
const beginnings = [egressStream(''), sendsStream(''), bucketStream(''), objectStream('')];
/** The first token of every subject: `ingress`, `facts`, … */
const firstTokens = Object.values(subjects).map(
  (subject) => subject('*' as never, '*' as never, '*' as never).split('.')[0],
);
const ofConnector = new Set<string>(Object.values(collections.connector));
/** Those that are no ordinary words. */
const words: ReadonlySet<string> = new Set([
  ...Object.values(streams),
  ...topics,
  ...Object.values(headers).filter((name) => name !== headers.authorization),
  ...Object.values(collections)
    .flatMap((names) => Object.values(names))
    .filter((name) => name.includes('_') && !ofConnector.has(name)),
]);
const subject = new RegExp(`^(${firstTokens.join('|')})\\.(\\$\\{|\\*|>|\\d)`);

const spelled = globSync(SHIPPED, { exclude: (path) => /(^|\/)(node_modules|dist|gen|fixtures)$/.test(path) })
  .filter((path) => !MAY_SPELL.test(path))
  .flatMap(spelledIn);
for (const line of spelled) console.log(line);
const unseen = PLANTED.filter((text) => !isName(text));
for (const text of unseen) console.log(`'${text}', which was planted, is not seen`);
process.exitCode = spelled.length + unseen.length === 0 ? 0 : 1;

function spelledIn(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line, index) =>
    literalsOf(line)
      .filter(isName)
      .map((text) => `${path}:${index + 1} spells '${text}': take it from the contracts`),
  );
}

function literalsOf(line: string): string[] {
  if (/^\s*(\*|\/\/|\/\*)/.test(line)) return [];
  return [...line.matchAll(/(['"`])((?:(?!\1).)*)\1/g)].map(([, , text = '']) => text);
}

function isName(text: string): boolean {
  return words.has(text) || subject.test(text) || beginnings.some((beginning) => text.startsWith(beginning));
}
