import { byId, element } from './element.js';

const origins = { ORIGIN_CONTACT: 'wrote', ORIGIN_OPERATOR: 'answered', ORIGIN_BOT: 'answered', ORIGIN_SYSTEM: 'said' };
const statuses = {
  sent: 'was sent',
  delivered: 'was delivered',
  read: 'was read',
  failed: 'could not be sent',
  unknown: 'was perhaps sent',
  expired: 'was too old to be sent',
};

/** The stream as the portal received it. */
export function createEvents(onChoose) {
  const list = byId('list');
  const box = byId('events');
  const numbers = createNumbers();
  const chosen = { conversationId: undefined };
  const names = new Map();
  /** The newest stays in view, also when the box changes its size, unless the reader looks at older ones. */
  let isFollowing = true;
  const follow = () => {
    if (isFollowing) box.scrollTop = box.scrollHeight;
  };
  box.addEventListener('scroll', () => {
    isFollowing = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  });
  new ResizeObserver(follow).observe(box);

  const choose = (event) => {
    chosen.conversationId = event.conversationId;
    for (const row of list.children) {
      const isChosen = row.dataset.conversation === chosen.conversationId;
      row.classList.toggle('chosen', isChosen);
      row.querySelector('.pick')?.setAttribute('aria-pressed', String(isChosen));
    }
    onChoose({ id: event.conversationId, name: nameOf(event.data, names), channel: event.data.channel?.name ?? '' });
  };

  const ghosts = byId('ghosts');
  const showGhosts = (waiting) => {
    const shown = waiting.slice(0, mostGhosts).map(ghostOf);
    const rest = waiting.length - shown.length;
    if (rest > 0) shown.push(element('li', { class: 'more' }, `and ${rest} more`));
    ghosts.replaceChildren(...shown);
  };
  const shownWaiting = { key: '' };

  return {
    choose,
    textOf,
    /** Events that wait, by their numbers: their places are kept for them. */
    waiting: (all) => {
      const waiting = all.filter((number) => BigInt(number) > numbers.last);
      const key = waiting.join();
      if (key === shownWaiting.key) return;
      shownWaiting.key = key;
      showGhosts(waiting);
      if (waiting.length > 0) byId('no-events').hidden = true;
      follow();
    },
    connected: (is) => {
      document.body.classList.toggle('cut-off', !is);
      tellProof(numbers, is);
    },
    add: (event, isNew) => {
      const number = BigInt(event.sequence);
      numbers.add(number, event);
      byId('no-events').hidden = true;
      const row = rowOf(event, names, () => choose(event));
      row.classList.toggle('chosen', event.conversationId === chosen.conversationId);
      row.classList.toggle('new', isNew);
      row.dataset.number = String(number);
      // Of a parallel portal another strand may have been faster: each stands in its place all the same.
      const later = [...list.children].findLast((each) => BigInt(each.dataset.number) < number);
      if (later === undefined) list.prepend(row);
      else later.after(row);
      // It stands in its place now.
      for (const ghost of [...ghosts.children]) if (ghost.dataset.number === String(number)) ghost.remove();
      follow();
      tellProof(numbers, true);
    },
  };
}

const mostGhosts = 6;
/** What is further ahead is a loss, whatever comes later. */
const mostMissing = 10_000n;

/** What the numbers of the stream say of its order: without strands, and inside a strand, none comes before a smaller one. */
function createNumbers() {
  const missing = new Set();
  const lastOf = new Map();
  const numbers = {
    ...{ last: 0n, count: 0, strands: '', isInOrder: true },
    get isGapless() {
      return numbers.isInOrder && (missing.size === 0 || numbers.strands !== '');
    },
    add: (number, { strand = '', replay, data }) => {
      // It comes again, long after its turn.
      if (replay !== undefined) {
        missing.delete(number);
        return;
      }
      const [, strands = ''] = strand.split('/');
      numbers.strands = strands;
      if (number < (lastOf.get(strand) ?? 0n)) numbers.isInOrder = false;
      lastOf.set(strand, number);
      missing.delete(number);
      // A page that was opened late begins in the middle of the stream.
      const isFar = numbers.count > 0 && number > numbers.last + mostMissing;
      if (isFar) numbers.isInOrder = false;
      else if (numbers.count > 0) for (let each = numbers.last + 1n; each < number; each += 1n) missing.add(each);
      // What a notice speaks of is no hole.
      const { from, to } = data.notice ?? { from: number, to: number };
      for (const each of missing) if (each >= BigInt(from) && each <= BigInt(to)) missing.delete(each);
      if (number > numbers.last) numbers.last = number;
      numbers.count += 1;
    },
  };
  return numbers;
}

function ghostOf(number) {
  return element(
    'li',
    { 'data-number': number },
    element('span', { class: 'number' }, String(number)),
    element('span', { class: 'sealed' }, 'Sealed, waits for its turn'),
  );
}

function tellProof({ last, isGapless, count, strands }, isConnected) {
  const proof = byId('proof');
  const words = !isConnected
    ? 'The page lost its connection to the demo and tries again.'
    : count === 0
      ? 'Connected. The stream is empty.'
      : `verified · ${isGapless ? orderOf(strands) : 'a number is missing'} · sequence ${last}`;
  proof.className = `proof ${isConnected && isGapless ? 'good' : 'bad'}`;
  proof.textContent = words;
}

function orderOf(strands) {
  return strands === '' ? 'in order' : `each conversation in order, ${strands} at once`;
}

function rowOf(event, names, onPick) {
  const { data, sequence, conversationId } = event;
  const isMessage = Boolean(data.messageReceived ?? data.messageSubmitted);
  const number = element('span', { class: 'number', title: `Sequence ${sequence}` }, String(BigInt(sequence)));
  const verified = element(
    'span',
    { class: 'verified', title: data.notice ? 'Signature verified' : 'Signature and chain verified, then opened' },
    event.replay === undefined ? '✓ verified' : '✓ verified, replayed',
  );
  const channel = element('span', { class: `channel ${data.channel?.connector ?? ''}` }, data.channel?.name ?? '');
  if (!isMessage) {
    const line = element('p', {}, data.notice ? toldBy(data.notice) : `${nameOf(data, names)} · ${happened(event)}`);
    return element(
      'li',
      { class: 'small', 'data-conversation': conversationId },
      number,
      element('div', {}, line),
      verified,
    );
  }
  const message = data.messageReceived ?? data.messageSubmitted;
  const isTheirs = message.origin === 'ORIGIN_CONTACT';
  const who = isTheirs ? nameOf(data, names) : message.author?.name || 'Somebody of the company';
  const head = element(
    'p',
    { class: 'who' },
    element('b', { dir: 'auto' }, who),
    origins[message.origin] ?? 'wrote',
    channel,
    timeOf(event.takenAt),
  );
  const text = textOf(event);
  const body = element(
    'div',
    {},
    head,
    text && element('p', { class: 'text', dir: 'auto' }, text),
    ...filesOf(message),
  );
  if (isTheirs) {
    const pick = element('button', { type: 'button', class: 'pick', 'aria-pressed': 'false' }, 'Answer');
    pick.addEventListener('click', onPick);
    body.append(pick);
  }
  const kind = isTheirs ? 'message' : 'message ours';
  return element('li', { class: kind, 'data-conversation': conversationId }, number, body, verified);
}

/** What a notice says: which events will not come by themselves. */
function toldBy({ kind, from, to, count, reason }) {
  const [first, last] = [BigInt(from), BigInt(to)];
  const which =
    first === last
      ? `Event ${first}`
      : count
        ? `${count} of the events ${first} to ${last}`
        : `Events ${first} to ${last}`;
  return `${which}: ${kind} · ${reason}`;
}

function timeOf(takenAt) {
  const at = new Date(takenAt);
  return element('time', { datetime: takenAt, title: at.toLocaleString() }, at.toLocaleTimeString());
}

/** The words of a message; a caption for one with a file. */
export function textOf({ data }) {
  const content = (data.messageReceived ?? data.messageSubmitted)?.content ?? {};
  const [kind, value] = Object.entries(content)[0] ?? [];
  if (kind === undefined) return '';
  const text = value.plain ?? value.caption?.plain ?? value.title ?? '';
  return text || (value.media ? '' : `(${kind})`);
}

function filesOf({ content = {} }) {
  return Object.entries(content).flatMap(([kind, { media, items }]) =>
    (items?.map((item) => Object.values(item)[0]?.media) ?? [media]).filter(Boolean).map((file) => fileOf(kind, file)),
  );
}

function fileOf(kind, { url, name, mimeType = '', sizeBytes = 0 }) {
  const label = `${name || kind} · ${Math.max(1, Math.round(Number(sizeBytes) / 1000))} kB`;
  if (!url) return element('p', { class: 'file' }, `${label} · on its way`);
  const link = element('a', { class: 'file', href: url, target: '_blank', rel: 'noopener noreferrer' });
  if (mimeType.startsWith('image/')) link.append(element('img', { src: url, alt: name || 'Picture', loading: 'lazy' }));
  else link.append(label);
  return link;
}

function nameOf({ contact }, names) {
  const known = contact?.displayName || names.get(contact?.id);
  if (known) {
    names.set(contact?.id, known);
    return known;
  }
  return contact?.id ? `Visitor ${contact.id.slice(0, 4)}` : 'The channel';
}

function happened({ data, type }) {
  if (data.conversationStarted) {
    const { pageTitle, source } = data.conversationStarted.context ?? {};
    return `opened the conversation${pageTitle ? ` on “${pageTitle}”` : source ? ` (${source})` : ''}`;
  }
  if (data.messageStatus) {
    const state =
      String(data.messageStatus.state ?? '')
        .split('_')
        .at(-1)
        ?.toLowerCase() ?? '';
    return `the answer ${statuses[state] ?? `is ${state}`}`;
  }
  if (data.buttonPressed) return `pressed “${data.buttonPressed.title ?? ''}”`;
  if (data.messageEdited) return 'changed a message';
  if (data.messageDeleted) return 'deleted a message';
  return type.replace(/^trunkline\.|\.v1$/g, '').replaceAll('.', ' ');
}
