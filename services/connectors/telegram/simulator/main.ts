import { createTelegramSimulator } from './index.ts';

/** Runs the simulator alone: PORT (8081 by default), BIND_ADDRESS (this machine only), TELEGRAM_TOKEN for a bot of one's own choice. */
const port = Number(process.env.PORT ?? 8081);
const { TELEGRAM_TOKEN: token, BIND_ADDRESS: host } = process.env;
const simulator = await createTelegramSimulator({
  port,
  ...(host === undefined ? {} : { host }),
  ...(token === undefined ? {} : { token }),
});
console.log(`Telephone:   ${simulator.url}/`);
console.log(`API root:    ${simulator.url}   (the setting apiUrl of a channel)`);
console.log(`Bot token:   ${simulator.token}`);
const stop = () => void simulator.close();
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
