import { listSetting, secretSetting } from '@trunkline/runtime';
import { z } from 'zod';

/** Settings of the demo. */
export const config = z.object({
  GATEWAY_URL: z
    .url()
    .default('http://localhost:8080')
    .describe('Address of the gateway, as the demo portal calls it.'),
  GATEWAY_PUBLIC_URL: z
    .url()
    .optional()
    .describe('Address of the gateway, as browsers call it, if that is another one.'),
  DEMO_PORTAL_ID: z.string().describe('Id of the demo portal.'),
  DEMO_LICENCE_KEY: secretSetting().describe('Licence key of the demo portal.'),
  DEMO_API_KEY: secretSetting().describe('API key of the demo tenant: the page shows the hops of messages.'),
  DEMO_WEBCHAT_CHANNEL: z.string().describe('Id of the widget’s channel.'),
  SIMULATORS: listSetting()
    .transform((all) => all.map(asSimulator))
    .describe(
      'Simulators that the telephone writes by: Telegram=http://localhost:8091,…; their names are shown. None: no telephone.',
    ),
  DEMO_FOLDER: z.string().default('.trunkline/data/demo').describe('Where the demo portal keeps what it took.'),
});

function asSimulator(text: string): { readonly messenger: string; readonly url: string } {
  const [messenger = '', ...rest] = text.split('=');
  return { messenger, url: z.url().parse(rest.join('=')) };
}
