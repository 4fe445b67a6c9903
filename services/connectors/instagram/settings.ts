import { z } from 'zod';

const address = z.url({ protocol: /^https?$/ });

/** What a person may set of an account. */
export const settings = z.object({
  appId: z
    .string()
    .regex(/^\d{5,20}$/, 'is a number of 5 to 20 digits')
    .describe('Instagram app ID, as the app shows it under Instagram → API setup with Instagram login'),
  pollMinutes: z
    .int()
    .min(1)
    .max(24 * 60)
    .default(15)
    .describe('Comments are fetched every so many minutes, because the hook does not tell all of them'),
  pollDays: z.int().min(1).max(90).default(7).describe('Posts older than so many days are not looked at any more'),
  repliesPerHour: z
    .int()
    .min(1)
    .max(1_000)
    .default(50)
    .describe('Answers under posts an hour: more wait, because Instagram blocks accounts that write too many'),
  apiUrl: address.default('https://graph.instagram.com').describe('Address of the API'),
  appsUrl: address.default('https://graph.facebook.com').describe('Address of the API that knows the hook of the app'),
  signInUrl: address.default('https://www.instagram.com').describe('Address where people let the app in'),
  tokenUrl: address.default('https://api.instagram.com').describe('Address that gives tokens to those who were let in'),
  apiVersion: z
    .string()
    .regex(/^v\d{1,3}\.\d$/, 'looks like v25.0')
    .default('v25.0')
    .describe('Version of the API; each lives some two years'),
});

/** Settings of a channel, complete. */
export type Settings = z.output<typeof settings>;
