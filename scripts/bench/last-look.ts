import { setTimeout as pause } from 'node:timers/promises';
import type { Field } from '../load/field.ts';

/** What is true of everything that was sent in a field, before it closes. */
export interface LastLook {
  readonly lost: number;
  readonly outOfOrder: number;
  readonly doubled: number;
  readonly repeats: number;
  /** Requests that began while another of the same stream was under way: nothing here takes a lane over, so there is no reason. */
  readonly overlaps: number;
  readonly broken: number;
  /** The first few, in words. */
  readonly told: readonly string[];
}

/** Longer than a lease lives: what comes too much comes within it. */
const calmMs = 7_000;

/** Looks at what came once more, some seconds after all has come; undefined where another judges. */
export async function lookLast(field: Field): Promise<LastLook | undefined> {
  await pause(calmMs);
  const verdict = await field.verdict();
  if (verdict === undefined) return undefined;
  const { lost, outOfOrder, doubled, repeats } = verdict;
  const { strayed } = field.installation;
  const broken = verdict.brokenCount + strayed.length;
  const overlaps = verdict.overlaps.length;
  return { lost, outOfOrder, doubled, repeats, overlaps, broken, told: [...verdict.broken, ...strayed] };
}

/** The same after events that nobody opened: of messages nothing is known, of their sequences everything. */
export async function lookAtFollowed(field: Field): Promise<LastLook | undefined> {
  const look = await lookLast(field);
  return look && { ...look, lost: 0, outOfOrder: 0, doubled: 0, repeats: 0 };
}

/** True if nothing was wrong. Pure. */
export function isClean({ lost, outOfOrder, doubled, overlaps, broken }: LastLook): boolean {
  return lost + outOfOrder + doubled + overlaps + broken === 0;
}

/** All looks as one; undefined where nobody looked. Pure. */
export function sumOf(looks: readonly LastLook[]): LastLook | undefined {
  if (looks.length === 0) return undefined;
  const sum = (part: Exclude<keyof LastLook, 'told'>) => looks.reduce((total, look) => total + look[part], 0);
  return {
    ...{ lost: sum('lost'), outOfOrder: sum('outOfOrder'), doubled: sum('doubled'), repeats: sum('repeats') },
    ...{ overlaps: sum('overlaps'), broken: sum('broken'), told: looks.flatMap(({ told }) => told) },
  };
}
