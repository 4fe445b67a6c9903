import { coreServices } from '../../../packages/contracts/src/index.ts';
import type { Chance } from '../../../packages/runtime/src/bus/queue/model/chance.ts';
import type { Field } from '../../load/field.ts';

/** Something that goes wrong. It mends itself before it resolves. */
export interface Disturbance {
  readonly name: string;
  /** How much more often than others it is chosen. */
  readonly weight: number;
  /** Does it, and says what it did: `kill -9 normalizer-2, down for 800 ms`. */
  run(field: Field, by: Means): Promise<void>;
}

/** What a disturbance works with. */
export interface Means {
  readonly chance: Chance;
  readonly tell: (what: string) => void;
  /** Takes one of these that nothing else disturbs now; undefined when all are taken. Leaving the block gives it back. */
  readonly claim: (names: readonly string[]) => Claim | undefined;
  /** Names of the portals whose kind may be changed. */
  readonly changing: readonly string[];
}

/** Something that is being disturbed. */
export interface Claim extends Disposable {
  readonly name: string;
}

/** Makes what {@link Means.claim} is: nothing is disturbed by two at once. */
export function createClaims(chance: Chance): Means['claim'] {
  const taken = new Set<string>();
  return (names) => {
    const name = chance.pick(names.filter((each) => !taken.has(each)));
    if (name === undefined) return undefined;
    taken.add(name);
    return { name, [Symbol.dispose]: () => void taken.delete(name) };
  };
}

/** The connector by which all messages of a run come. */
const connector = 'telegram';
const passed: ReadonlySet<string> = new Set([...coreServices, connector, 'nats', 'mongo']);

/** Of instances and of wires between them, those that messages pass: to break another connector would prove nothing. Pure. */
export function inTheWay(names: readonly string[]): readonly string[] {
  return names.filter((name) => name.split(' → ').every((end) => passed.has(end.replace(/-\d+$/, ''))));
}

/** Waits. */
export async function pause(ms: number): Promise<void> {
  await new Promise((done) => setTimeout(done, ms));
}
