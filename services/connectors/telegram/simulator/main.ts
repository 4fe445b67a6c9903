import { faultKinds } from './faults.ts';
import { createTelegramSimulator } from './index.ts';
import { actions } from './simulated-bot.ts';

const help = `A platform that speaks the Bot API, with one bot, on this machine and in memory.

  PORT             port; 8081
  BIND_ADDRESS     address to listen on; 127.0.0.1
  TELEGRAM_TOKEN   token of the bot; one that nobody else has

A channel of it has the address printed at the start as its setting apiUrl, and the token as its secret; whoever hosts the
connector trusts it there (PLATFORM_HOSTS=http://127.0.0.1:8081) and allows private platforms (ALLOW_PRIVATE_PLATFORMS=true). In a browser the address is a telephone.

Everything a person does there, and everything that goes wrong, is one call, with the bot's number in its address:

  curl -d '{"first_name": "Anna"}' -H content-type:application/json http://127.0.0.1:8081/control/700100/person
  curl -d '{"from": 5501234567, "text": "hello"}' -H content-type:application/json http://127.0.0.1:8081/control/700100/write
  curl -d '{"kind": "cut_after", "times": 2}' -H content-type:application/json http://127.0.0.1:8081/control/700100/fail

Actions: ${Object.keys(actions).join(', ')}.
Faults:  ${faultKinds.join(', ')}.
What each of them takes stands in faults.ts, people.ts and groups.ts beside this file.`;

if (process.argv.includes('--help')) console.log(help);
else await run();

async function run(): Promise<void> {
  const { PORT: port = '8081', TELEGRAM_TOKEN: token, BIND_ADDRESS: host } = process.env;
  const simulator = await createTelegramSimulator({
    port: Number(port),
    ...(host === undefined ? {} : { host }),
    ...(token === undefined ? {} : { token }),
  });
  console.log(`Telephone:   ${simulator.url}/`);
  console.log(`API root:    ${simulator.url}   (the setting apiUrl of a channel)`);
  console.log(`Bot token:   ${simulator.token}`);
  console.log('What else it can do, and how it can be made to fail: npm run simulate telegram -- --help');
  const stop = () => void simulator.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}
