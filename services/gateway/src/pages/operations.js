import { call, key, Refused } from './api.js';
import { createBoard } from './board.js';
import { createDetail } from './detail.js';
import { byId } from './element.js';
import { setText } from './rows.js';
import { duration } from './words.js';

const everyMs = 2_000;
const pageSize = 25;
const page = { tokens: [''], text: '', mode: '', tenantId: '' };
const state = { timer: 0, run: 0, answeredAt: 0, problem: '' };

const detail = createDetail({ onChange: () => void look(), onRefused: (error) => refused(error) });
const board = createBoard({ onOpen: (portal) => detail.open(portal) });

byId('key-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const given = byId('key').value.trim();
  setText(byId('key-problem'), '');
  try {
    await call('DeliveryService/GetOverview', { pageSize: 1 }, given);
  } catch (error) {
    setText(byId('key-problem'), wordsOf(error));
    byId('key').select();
    return;
  }
  key.set(given);
  byId('key').value = '';
  show();
});
byId('leave').addEventListener('click', () => leave(''));
byId('filter').addEventListener('submit', (event) => event.preventDefault());
for (const id of ['text', 'mode']) {
  byId(id).addEventListener('input', () => {
    Object.assign(page, { tokens: [''], text: byId('text').value, mode: byId('mode').value });
    void look();
  });
}
byId('tenant-form').addEventListener('submit', (event) => {
  event.preventDefault();
  Object.assign(page, { tokens: [''], tenantId: byId('tenant').value.trim() });
  void look();
});
byId('tenant-leave').addEventListener('click', () => {
  Object.assign(page, { tokens: [''], tenantId: '' });
  byId('tenant').value = '';
  void look();
});
byId('next').addEventListener('click', () => {
  if (board.nextPageToken) page.tokens.push(board.nextPageToken);
  void look();
});
byId('previous').addEventListener('click', () => {
  if (page.tokens.length > 1) page.tokens.pop();
  void look();
});
document.addEventListener('visibilitychange', () => {
  if (!document.hidden && key.get()) void look();
});
setInterval(tellFresh, 1_000);

if (key.get()) show();
else byId('key').focus();

function show() {
  byId('enter').hidden = true;
  byId('board').hidden = false;
  byId('leave').hidden = false;
  void look();
}

function leave(problem) {
  key.forget();
  clearTimeout(state.timer);
  state.run += 1;
  detail.close();
  board.clear();
  byId('board').hidden = true;
  byId('leave').hidden = true;
  byId('enter').hidden = false;
  setText(byId('fresh'), '');
  setText(byId('key-problem'), problem);
  byId('key').focus();
}

/** Looks now, and again every two seconds; a look that was overtaken by another shows nothing. */
async function look() {
  clearTimeout(state.timer);
  state.run += 1;
  const { run } = state;
  try {
    const [whole, listed] = await Promise.all([
      // What is said on top does not depend on the filter.
      call('DeliveryService/GetOverview', { pageSize: isPlain() ? pageSize : 5 }),
      isPlain() ? undefined : list(),
    ]);
    if (run !== state.run) return;
    state.answeredAt = Date.now();
    state.problem = '';
    board.show({ ...whole, ...listed }, whole, page);
    await detail.refresh();
  } catch (error) {
    if (run !== state.run) return;
    if (refused(error)) return;
    state.problem = wordsOf(error);
    board.lost(state.problem);
  }
  tellFresh();
  if (run === state.run && !document.hidden) state.timer = setTimeout(look, everyMs);
}

/** True for the first page of all that is not well. */
const isPlain = () => page.tokens.length === 1 && !page.text && !page.mode && !page.tenantId;

/** A page of the list: every portal of a tenant, or those that are not well and are as wanted. */
async function list() {
  const pageToken = page.tokens.at(-1);
  if (!page.tenantId) {
    const wanted = { pageSize, pageToken, text: page.text, ...(page.mode && { mode: page.mode }) };
    const { portals = [], found = 0, nextPageToken = '' } = await call('DeliveryService/GetOverview', wanted);
    return { portals, found, nextPageToken };
  }
  const asked = { tenantId: page.tenantId, pageSize, pageToken };
  const { backlogs = [], nextPageToken = '' } = await call('DeliveryService/ListBacklogs', asked);
  return {
    portals: backlogs.map((backlog) => ({ ...backlog, tenantId: page.tenantId, isOfTenant: true })),
    nextPageToken,
  };
}

/** True where the key opens nothing any more. */
function refused(error) {
  if (!(error instanceof Refused) || !['unauthenticated', 'permission_denied'].includes(error.code)) return false;
  leave(wordsOf(error));
  return true;
}

function wordsOf(error) {
  if (error.code === 'permission_denied') return 'This is a key of a tenant: the page is for administrators alone.';
  if (error.code === 'unauthenticated') return 'This key opens nothing here. Look whether it is whole.';
  return error instanceof Refused ? error.message : 'The page failed: load it again.';
}

function tellFresh() {
  if (!key.get() || state.answeredAt === 0) return;
  const ms = Date.now() - state.answeredAt;
  setText(byId('fresh'), ms < 5_000 ? 'as of now' : `as of ${duration(ms)} ago`);
}
