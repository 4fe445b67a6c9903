import { type HookAnswer, jsonOrNothing, type RawCall } from '@trunkline/adapter-kit';
import { activitySchema } from './types.ts';

const taken: HookAnswer = { status: 200 };
const done = { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: '' };

/** What waits for an answer gets one: the button of an adaptive card is pressed, anything else is nothing that we can do. */
export function answer({ body }: RawCall): HookAnswer {
  const activity = activitySchema.safeParse(jsonOrNothing(Buffer.from(body).toString())).data;
  if (activity?.type !== 'invoke') return taken;
  if (activity.name !== 'adaptiveCard/action') return { status: 501 };
  return { status: 200, contentType: 'application/json', body: JSON.stringify(done) };
}
