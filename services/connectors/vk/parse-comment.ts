import { ConnectorError, commentNoted, commentsAt, readAs, writtenBy } from '@trunkline/adapter-kit';
import { type ConversationRef, MessageWritten, Origin, Quote } from '@trunkline/contracts';
import { contentOf } from './parse-content.ts';
import { partyOf, type Told, type Update } from './parse-told.ts';
import { type Comment, commentSchema } from './types.ts';

/** What people comment on, by the kinds of calls about it: VK's word in addresses, and the fields that name it. */
const places = {
  wall_reply: ['wall', 'post_owner_id', 'post_id'],
  photo_comment: ['photo', 'photo_owner_id', 'photo_id'],
  video_comment: ['video', 'video_owner_id', 'video_id'],
  market_comment: ['market', 'market_owner_id', 'item_id'],
  board_post: ['topic', 'topic_owner_id', 'topic_id'],
} as const;
type Place = (typeof places)[keyof typeof places];
/** "[id55012345|Anna], here you are": the name alone is for people. */
const mention = /\[(?:id|club|public)\d+(?::[\w-]+)?\|([^\]]*)\]/g;
const verbs = ['new', 'edit', 'delete', 'restore'] as const;

/** A kind of call each: what people comment on, and what becomes of a comment. */
export const commentKinds: Readonly<Record<string, (update: Update) => readonly Told[]>> = Object.fromEntries(
  Object.entries(places).flatMap(([kind, place]) =>
    verbs.map((verb) => [`${kind}_${verb}`, (update: Update) => [told(place, verb, update)]]),
  ),
);

/** A comment is written once; everything else may happen to it again. Numbers grow, and order what is under one comment. */
function told(place: Place, verb: (typeof verbs)[number], update: Update): Told {
  const comment = readAs(commentSchema, update.call.object);
  const { id, from_id: from = comment.user_id, date: atSeconds } = comment;
  const conversation = placeOf(place, comment);
  const author = from === undefined ? undefined : partyOf(from);
  const about = { conversation, ...writtenBy(author, from === update.communityId) };
  const [name, platformId] = [`comment:${conversation.parentId}_${id}`, String(id)];
  const key = `${verb}:${name}:${update.call.event_id}`;
  const text = comment.text.replaceAll(mention, '$1');
  const content = () => contentOf({ ...comment, text }, update.channel.id);
  switch (verb) {
    case 'new': {
      const { reply_to_comment: answered = comment.parents_stack?.at(-1) } = comment;
      const reply = answered === undefined ? {} : { reply: Quote.create({ platformId: String(answered) }) };
      const value = MessageWritten.create({ content: content(), ...reply });
      return { ...about, key: name, platformId, number: id, atSeconds, event: { $case: 'message', value } };
    }
    case 'edit': {
      const value = { targetPlatformId: platformId, revision: update.receivedAtMs, content: content() };
      return { ...about, key, event: { $case: 'edit', value } };
    }
    case 'delete':
      return { ...about, key, event: { $case: 'delete', value: { targetPlatformIds: [platformId] } } };
    case 'restore': {
      const event = commentNoted('The comment is shown again.', platformId);
      return { conversation, origin: Origin.ORIGIN_SYSTEM, key, number: id, event };
    }
  }
}

/** A discussion is one conversation; elsewhere comments beneath one comment are. Whoever deletes one is not told beneath which. */
function placeOf([word, ownerField, idField]: Place, comment: Comment): ConversationRef {
  const { [ownerField]: owner = comment.owner_id, [idField]: thing = comment.pid, id } = comment;
  if (owner === undefined || thing === undefined) throw new ConnectorError('malformed', `${idField}: is needed here`);
  const parentId = `${word}${owner}_${thing}`;
  const top = comment.parents_stack?.[0] ?? comment.reply_to_comment;
  const platformId = word === 'topic' ? parentId : `${parentId}_${top ?? id}`;
  const beneath = top === undefined ? '' : String(top);
  const at = commentsAt({ platformId, parentId, parentUrl: `https://vk.com/${parentId}`, beneath });
  return { ...at, subchannel: word === 'wall' ? '' : word };
}
