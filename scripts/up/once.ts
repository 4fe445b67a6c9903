import type { TelegramSimulator } from '../../services/connectors/telegram/simulator/index.ts';
import type { Places } from './banner.ts';
import { openPortalPage } from './once/portal-page.ts';
import { printHops } from './once/print-hops.ts';
import { newPerson } from './once/telephone.ts';
import { openVisitor } from './once/visitor.ts';

/** What `--once` needs beside the places. */
export interface OncePlaces extends Places {
  readonly simulator: TelegramSimulator | undefined;
}

const limitMs = 60_000;

/**
 * One message through each demo channel and an answer back, as their people would: a visitor by the widget's protocol, a
 * person by the Telegram simulator, the operator by the demo portal. Gives 0 only if everything arrived opened, verified
 * and in order.
 */
export async function runOnce(places: OncePlaces): Promise<number> {
  const { pageUrl, gatewayUrl, demo, simulator } = places;
  const mark = `once ${Date.now()}`;
  await using portal = await openPortalPage(pageUrl);
  await using visitor = await openVisitor(gatewayUrl, demo.webchatChannelId);
  const failures: string[] = [];
  const step = async (name: string, work: Promise<unknown>) => {
    const isDone = await within(limitMs, work);
    console.log(`  ${isDone ? 'ok  ' : 'FAIL'} ${name}`);
    if (!isDone) failures.push(name);
  };

  console.log('\n  One message each way:');
  await visitor.write(`${mark} from the widget`);
  const fromWidget = portal.received(`${mark} from the widget`);
  await step('widget → portal: opened, verified, in order', fromWidget);
  const person = simulator && newPerson(simulator);
  person?.write(`${mark} from Telegram`);
  const fromTelegram = person && portal.received(`${mark} from Telegram`);
  if (fromTelegram) await step('Telegram → portal: opened, verified, in order', fromTelegram);

  if (failures.length === 0) {
    await portal.answer((await fromWidget).conversationId, `${mark} to the widget`);
    await step('portal → widget', visitor.received(`${mark} to the widget`));
    if (person && fromTelegram) {
      await portal.answer((await fromTelegram).conversationId, `${mark} to Telegram`);
      await step('portal → Telegram', person.received(`${mark} to Telegram`));
    }
  }
  if (portal.problems.length > 0) failures.push(...portal.problems);
  const isWhole = await printHops(gatewayUrl, demo.apiKey, portal.messageIds);
  if (!isWhole) failures.push('the passport of a message has no end');
  for (const failure of failures) console.log(`  failed: ${failure}`);
  return failures.length === 0 ? 0 : 1;
}

async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const timer = Promise.withResolvers<false>();
  const timeout = setTimeout(() => timer.resolve(false), ms);
  const isDone = await Promise.race([
    work.then(
      () => true,
      () => false,
    ),
    timer.promise,
  ]);
  clearTimeout(timeout);
  return isDone;
}
