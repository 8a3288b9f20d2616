// The open conversation: questions are sent in their order, and shown until they are answered.
import { filters, useFilters } from './filters.js';
import { call, steadily } from './server.js';
import { address, find, newKey, page, tell } from './state.js';

const outbox = [];
let sending = false;
let shown = 0; // Rises when another conversation is opened; what belongs to an earlier one is dropped.
let selected = null;
let panels = 0; // How often evidence was asked for: the last reply is shown, whichever comes last.
let busy = false;

const turns = () => find('#aq-talk .aq-turns');
const turnOf = (number) => turns().querySelector(`[data-number="${number}"]`);

export function ask(question) {
  if (!question.trim()) return false;
  if (!page.conversation) {
    page.conversation = newKey();
    history.pushState({}, '', address());
  }
  tell('');
  queue({ conversation: page.conversation, question, key: newKey(), ...filters() });
  return true;
}

// The same key sent again is the same question: what a reload cut off is safely sent once more.
export const queueAgain = (questions) => questions.forEach(queue);
export const unsent = () => outbox.map(({ node, ...asked }) => asked);

function queue(asked) {
  const node = document.createElement('article');
  node.className = 'aq-turn aq-unsent';
  const heading = document.createElement('h2');
  heading.className = 'aq-question';
  heading.textContent = asked.question;
  const status = document.createElement('p');
  status.className = 'aq-status';
  status.textContent = 'sending';
  node.append(heading, status);
  outbox.push({ ...asked, node });
  drawOutbox();
  node.scrollIntoView({ block: 'nearest' });
  send();
}

async function send() {
  if (sending) return;
  sending = true;
  while (outbox.length) {
    const { conversation, node, ...body } = outbox[0];
    try {
      const path = `/page/conversations/${conversation}/questions`;
      const state = await steadily(() => call(path, body));
      outbox.shift();
      node.remove();
      if (conversation === page.conversation) show(state, shown);
      dispatchEvent(new CustomEvent('aq-asked'));
    } catch (error) {
      outbox.shift();
      node.remove();
      // What was asked goes back to where it can be mended.
      const field = find('#aq-field');
      if (!field.value) field.value = body.question;
      tell(error.message);
      if (!turns().children.length && conversation === page.conversation) fresh();
    }
  }
  sending = false;
}

function drawOutbox() {
  for (const { conversation, node } of outbox) {
    if (conversation === page.conversation) turns().append(node);
  }
  look();
}

// What is seen depends on whether anything was asked, and whether something is under way.
function look() {
  const asked = turns().children.length > 0;
  find('#aq-talk').hidden = !asked;
  find('#aq-start').hidden = asked;
  find('#aq-stop').hidden = !busy;
}

function show(state, then) {
  if (then !== shown) return;
  const list = turns();
  let added = null;
  for (const turn of state.turns) {
    const old = turnOf(turn.number);
    const holder = document.createElement('template');
    holder.innerHTML = turn.html;
    const node = holder.content.firstElementChild;
    Object.defineProperty(node, 'shownHtml', { value: turn.html });
    if (old?.shownHtml === turn.html) continue;
    if (old) {
      old.replaceWith(node);
    } else {
      list.append(node);
      added = node;
    }
    if (turn.number === selected) select(turn.number);
    if (old && turn.number === selected && turn.number === state.count - 1) bringUp(node);
  }
  busy = state.busy;
  drawOutbox();
  if (added) {
    select(Number(added.dataset.number));
    bringUp(added);
  }
  if (busy) watch(state, then);
}

// A turn is shown from its question on, inside its own scroller: the page itself does not jump.
function bringUp(node) {
  const scroller = find('#aq-talk');
  if (scroller.scrollHeight > scroller.clientHeight) {
    scroller.scrollTop += node.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  } else {
    node.scrollIntoView({ block: 'nearest' });
  }
}

let watching = null;

async function watch(state, then) {
  if (watching === then) return;
  watching = then;
  let { seen, pending } = state;
  try {
    while (busy && then === shown) {
      const path = `/page/conversations/${state.id}?seen=${seen}&first=${pending}`;
      const next = await steadily(() => call(path));
      if (then !== shown) break;
      ({ seen } = next);
      show(next, then);
      if (next.busy) ({ pending } = next);
    }
  } catch (error) {
    tell(error.message);
  } finally {
    if (watching === then) watching = null;
  }
}

// Evidence and conversation always show the same question.
export async function select(number) {
  selected = number;
  panels += 1;
  const [then, last] = [shown, panels];
  for (const turn of turns().children) {
    const is = turn.dataset.number === String(number);
    turn.classList.toggle('aq-selected', is);
    if (is) turn.setAttribute('aria-current', 'true'); else turn.removeAttribute('aria-current');
  }
  const panel = find('#aq-evidence');
  panel.setAttribute('aria-busy', 'true'); // What it shows is of another question until then.
  const path = `/page/conversations/${page.conversation}/evidence/${number}`;
  const { html } = await steadily(() => call(path));
  if (then !== shown || last !== panels) return;
  panel.removeAttribute('aria-busy');
  if (panel.shownHtml !== html) {
    panel.shownHtml = html;
    panel.innerHTML = html;
    panel.scrollTop = 0;
  }
}

export async function cite(number, cited) {
  if (number !== undefined && Number(number) !== selected) await select(Number(number));
  const card = document.getElementById(`aq-cite-${cited}`);
  if (!card) return;
  const quick = matchMedia('(prefers-reduced-motion: reduce)').matches;
  card.scrollIntoView({ block: 'center', behavior: quick ? 'auto' : 'smooth' });
  card.focus({ preventScroll: true });
}

export async function again(number) {
  await act(`/questions/${number}/again`);
  select(Number(number));
}

export const stop = () => act('/stop');

export async function rate(number, verdict) {
  await act(`/questions/${number}/verdict`, { verdict });
  turnOf(number)?.querySelector(`[data-verdict="${verdict}"]`)?.focus();
}

async function act(path, body = {}) {
  const then = shown;
  try {
    show(await call(`/page/conversations/${page.conversation}${path}`, body), then);
  } catch (error) {
    tell(error.message);
  }
}

function empty() {
  shown += 1;
  selected = null;
  busy = false;
  turns().replaceChildren();
  const panel = find('#aq-evidence');
  panel.removeAttribute('aria-busy');
  panel.shownHtml = undefined;
  panel.innerHTML = find('#aq-evidence-empty').innerHTML;
}

export function fresh() {
  page.conversation = '';
  empty();
  look();
  history.pushState({}, '', address());
  dispatchEvent(new CustomEvent('aq-asked'));
}

// Opens a conversation that is kept; the address names it already, or is about to.
export async function open(conversation, number) {
  page.conversation = conversation;
  empty();
  const then = shown;
  if (!conversation) {
    look();
    dispatchEvent(new CustomEvent('aq-asked'));
    return;
  }
  try {
    const state = await steadily(() => call(`/page/conversations/${conversation}`));
    if (then !== shown) return;
    if (state.collection !== page.collection) {
      useFilters(state.collection);
      dispatchEvent(new CustomEvent('aq-choose', { detail: state.collection }));
    }
    show(state, then);
    if (number !== undefined && turnOf(number)) {
      select(number);
      bringUp(turnOf(number));
    }
  } catch (error) {
    page.conversation = '';
    history.replaceState({}, '', address());
    look();
    tell(error.message);
  }
  dispatchEvent(new CustomEvent('aq-asked'));
}

addEventListener('aq-recovered', async () => {
  if (!page.conversation) return;
  const then = shown;
  const path = `/page/conversations/${page.conversation}`;
  try { show(await call(path), then); } catch { /* Nothing of it was stored yet. */ }
});
