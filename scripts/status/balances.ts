import type { SeenBacklog } from '../follow/backlog.ts';
import type { SeenInstance } from './instances.ts';
import { type Sample, sumOf } from './metrics-text.ts';

/** What entered and what became of it. Both sums are always the same, unless something was lost. */
export interface Balance {
  readonly text: string;
  readonly isEven: boolean;
}

/** Channels: accepted events = normalized + repeated + parked + held, since the instances started. Pure. */
export function channelBalance(instances: readonly SeenInstance[]): Balance {
  const samples: Sample[] = instances.filter(({ service }) => service === 'normalizer').flatMap((each) => each.samples);
  const of = (outcome: string) => sumOf(samples, 'trunkline_normalizer_events_total', { outcome });
  const held = sumOf(samples, 'trunkline_normalizer_held_events');
  const [accepted, normalized, repeated, parked] = [of('accepted'), of('normalized'), of('repeated'), of('parked')];
  const imbalanced = samples.filter(({ name, value }) => name === 'trunkline_channel_imbalance' && value !== 0);
  const sum = `${accepted} accepted = ${normalized} normalized + ${repeated} repeated + ${parked} parked + ${held} held`;
  const where = imbalanced.map(({ labels, value }) => `; channel ${labels.channel} is off by ${value}`).join('');
  return { text: sum + where, isEven: accepted === normalized + repeated + parked + held && imbalanced.length === 0 };
}

/** Portals: head = done + waiting; what expired, was refused, withheld or skipped counts as done. Pure. */
export function portalBalance(backlogs: readonly SeenBacklog[]): Balance {
  const total = (field: 'headSequence' | 'waiting' | 'expired' | 'parked' | 'withheld' | 'skipped') =>
    backlogs.reduce((sum, backlog) => sum + Number(backlog[field]), 0);
  const [head, waiting] = [total('headSequence'), total('waiting')];
  const done = backlogs.reduce((sum, backlog) => sum + doneOf(backlog), 0);
  const skipped = total('skipped') === 0 ? '' : `, ${total('skipped')} skipped`;
  const among = `(of them ${total('expired')} expired, ${total('parked')} refused, ${total('withheld')} withheld${skipped})`;
  const isEven = backlogs.every((each) => Number(each.headSequence) === doneOf(each) + Number(each.waiting));
  return { text: `${head} sealed = ${done} done ${among} + ${waiting} waiting`, isEven };
}

function doneOf({ deliveredSequence, doneBeyond }: SeenBacklog): number {
  return Number(deliveredSequence) + Number(doneBeyond ?? 0);
}
