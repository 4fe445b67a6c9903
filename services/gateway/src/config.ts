import { secretSetting } from '@trunkline/runtime';
import { z } from 'zod';

const address = z.string().regex(/^https?:\/\/[^/\s]+$/, 'must be http://host:port');

/** Settings of the gateway. */
export const config = z.object({
  CONNECTORS: z
    .string()
    .default('')
    .transform((text, context) => {
      const found = new Map<string, string[]>();
      for (const part of text.split(',').filter((each) => each.trim() !== '')) {
        const [name = '', addresses = ''] = part.trim().split(/=(.*)/);
        const all = addresses.split('|').map((each) => each.trim());
        if (name !== '' && all.every((each) => address.safeParse(each).success)) found.set(name, all);
        else
          context.addIssue({ code: 'custom', message: `${part.trim()} is not <connector>=http://host:port|http://…` });
      }
      return found;
    })
    .describe('HTTP addresses of connectors: telegram=http://host:8080|http://host2:8080,webchat=…'),
  ADMINISTRATOR_KEY: secretSetting()
    .optional()
    .describe('API key of the administrator, who makes tenants. Without one, nobody may.'),
  FILES_KEY: secretSetting().describe('Key that signs links to files; the same for the sealer.'),
  PUBLIC_URL: z
    .url()
    .default('http://localhost:8080')
    .describe('Public address of this gateway, for the OpenAPI document.'),
});
