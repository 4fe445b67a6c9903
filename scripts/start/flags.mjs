import { parseArgs } from 'node:util';

export const HELP = `npm start                     everything on this machine, with a demo; data is kept between starts
npm start -- --once           sends one message through each demo channel and an answer back, prints the hops, stops
npm start -- --reset          forgets the data of earlier starts first
npm start -- --processes      each service in a process of its own
npm start -- --scale <s>=<n>  <n> instances of service <s>, each in a process of its own; may be repeated

Servers are taken from NATS_URL, MONGO_URL and KAFKA_BROKERS, from Docker, from the PATH, or downloaded into .trunkline/;
SERVERS=env|docker|path|fetch forces one. TELEGRAM_BOT_TOKEN brings a real bot in place of the played one: its updates are
fetched, so it works behind any router; TELEGRAM_API_URL names a Bot API server other than Telegram's own.`;

/**
 * What \`npm start\` was asked for.
 * @typedef {{ help: boolean, once: boolean, reset: boolean, processes: boolean, scale: Record<string, number> }} Flags
 */

/**
 * Reads the flags of \`npm start\`; a mistake is a sentence.
 *
 * @param {string[]} args
 * @returns {Flags | { mistake: string }}
 */
export function readFlags(args) {
  const flag = /** @type {const} */ ({ type: 'boolean', default: false });
  const options = { help: flag, once: flag, reset: flag, processes: flag };
  try {
    const { values } = parseArgs({
      args,
      options: { ...options, scale: { type: 'string', multiple: true, default: [] } },
    });
    const { help, once, reset, processes } = values;
    const pairs = values.scale.map(readScale);
    return { help, once, reset, processes: processes || pairs.length > 0, scale: Object.fromEntries(pairs) };
  } catch (error) {
    return { mistake: error instanceof Error ? error.message : String(error) };
  }
}

/** @param {string} text @returns {[string, number]} */
function readScale(text) {
  const [, service, count] = /^([a-z][a-z0-9-]*)=([1-9]\d?)$/.exec(text) ?? [];
  if (service === undefined) throw new Error(`--scale ${text} is not understood: say for example --scale delivery=2`);
  return [service, Number(count)];
}
