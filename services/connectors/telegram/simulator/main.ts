import { createTelegramSimulator } from './index.ts';

/** Runs the simulator alone: PORT (8081 by default), TELEGRAM_TOKEN for a bot of one's own choice. */
const port = Number(process.env.PORT ?? 8081);
const token = process.env.TELEGRAM_TOKEN;
const simulator = await createTelegramSimulator({ port, ...(token === undefined ? {} : { token }) });
console.log(`Telephone:   ${simulator.url}/`);
console.log(`API root:    ${simulator.url}   (the setting apiUrl of a channel)`);
console.log(`Bot token:   ${simulator.token}`);
const stop = () => void simulator.close();
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
