// The page: what clicks, keys and addresses do.
import * as article from './article.js';
import * as talk from './conversation.js';
import * as filters from './filters.js';
import { call, steadily } from './server.js';
import * as side from './side.js';
import { address, find, page, root, tell } from './state.js';

const quickly = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

function announce(button, words) {
  const before = button.dataset.words ?? button.textContent;
  button.dataset.words = before;
  button.textContent = words;
  setTimeout(() => { if (button.isConnected) button.textContent = before; }, 1500);
}

async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Where the clipboard is not allowed (no https), the older way still is.
    const field = document.createElement('textarea');
    field.value = text;
    field.className = 'aq-copied';
    (button.closest('dialog') ?? document.body).append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    button.focus();
    if (!done) {
      window.prompt('Copy this:', text);
      return;
    }
  }
  announce(button, 'Copied');
}

const link = (path) => new URL(path, location.origin).href;
const tab = (name) => [...document.querySelectorAll('#aq-tabs [role=tab]')]
  .find((button) => button.textContent.trim() === name)?.click();

// A tab that was chosen is shown in the next frames.
function focusField(due = performance.now() + 2000) {
  const field = find('#aq-field');
  if (field.offsetParent) field.focus();
  else if (performance.now() < due) requestAnimationFrame(() => focusField(due));
}

function askField() {
  const field = find('#aq-field');
  if (talk.ask(field.value)) {
    field.value = '';
    side.toggleSide(false);
  }
  field.focus();
}

const actions = {
  ask: askField,
  stop: talk.stop,
  example: ({ dataset }) => talk.ask(dataset.question),
  again: ({ dataset }) => talk.again(dataset.number),
  rate: ({ dataset }) => talk.rate(dataset.number, dataset.verdict),
  copy: (button) => copy(button, button.dataset.copy),
  link: (button) => copy(button, `${link(address())}#turn-${Number(button.dataset.number) + 1}`),
  place: (button) => copy(button, article.linkTo(article.openPlace())),
  quote: (button) => copy(button, `${button.dataset.copy}\n${
    button.dataset.link || article.linkTo(article.placeOf(button.dataset))}`),
  show: async ({ dataset }) => {
    await talk.select(Number(dataset.number));
    if (innerWidth <= 900) {
      find('#aq-evidence').scrollIntoView({ behavior: quickly() ? 'auto' : 'smooth' });
    }
  },
  cite: ({ dataset }) => talk.cite(dataset.number, dataset.cite),
  open: ({ dataset }) => article.read(article.placeOf(dataset)),
  printed: article.showPrinted,
  leaf: ({ dataset }) => article.leaf(dataset.step),
  alone: async ({ dataset }) => {
    await article.close();
    tab('Ask');
    filters.only(dataset.article);
    focusField();
  },
  unfilter: ({ dataset }) => filters.unfilter(dataset),
  source: ({ dataset }) => filters.chooseSource(dataset.source),
  filters: (button) => {
    const fields = find('#aq-filters');
    if (fields.hidden) filters.drawFilters(); // Articles may have been added since.
    fields.hidden = !fields.hidden;
    button.setAttribute('aria-expanded', String(!fields.hidden));
  },
  add: () => tab('Articles'),
  fresh: () => { talk.fresh(); side.toggleSide(false); find('#aq-field').focus(); },
  side: () => side.toggleSide(),
  more: side.more,
  rename: side.rename,
  forget: side.forget,
  conversation: ({ dataset }) => {
    history.pushState({}, '', address({}, dataset.conversation));
    side.toggleSide(false);
    talk.open(dataset.conversation);
  },
  theme: () => {
    const dark = !document.body.classList.contains('dark');
    try { localStorage.setItem('aq-theme', dark ? 'dark' : 'light'); } catch { /* Not allowed. */ }
    document.body.classList.toggle('dark', dark);
  },
};

function clicked(event) {
  const ours = '#aq-room [data-action], .aq-dialog [data-action], .aq-theme, [data-action=open]';
  const target = event.target.closest(ours);
  const anchor = event.target.closest('a');
  if (!target || !(target.dataset.action in actions)) {
    const id = anchor?.getAttribute('href')?.startsWith('#') && anchor.hash.slice(1);
    if (id) {
      event.preventDefault();
      document.getElementById(id)?.scrollIntoView({ behavior: quickly() ? 'auto' : 'smooth' });
    }
    return;
  }
  if (anchor && anchor !== target) return; // A link inside of a card is only a link.
  if (anchor && (event.ctrlKey || event.metaKey || event.shiftKey || event.button)) return;
  // Whoever selects words of a card wants to copy them, not to open it.
  if (!['BUTTON', 'A'].includes(target.tagName) && String(window.getSelection())) return;
  event.preventDefault();
  actions[target.dataset.action](target);
}

function pressed(event) {
  if (event.target.id === 'aq-field' && event.key === 'Enter' && !event.shiftKey
    && !event.isComposing) {
    event.preventDefault();
    askField();
  }
  if (event.key === 'Escape' && find('.aq-open-side')) side.toggleSide(false);
}

// Back and forward.
function moved() {
  const where = parse();
  if (!where.article) article.closed();
  if (where.conversation !== page.conversation) talk.open(where.conversation, where.number);
  if (where.article) article.read(where.place, false);
}

function parse() {
  const path = location.pathname.slice(root.length);
  const query = new URLSearchParams(location.search);
  const values = Object.fromEntries(query);
  const number = Number(/^#turn-(\d{1,5})$/.exec(location.hash)?.[1] ?? NaN);
  return {
    conversation: /^\/c\/([\w-]+)$/.exec(path)?.[1] ?? values.c ?? '',
    number: number ? number - 1 : undefined,
    article: values.article ?? '',
    place: article.placeOf(values, values.collection ?? page.collection),
    values,
  };
}

async function drawStart() {
  let shown = '';
  for (const { collection } = page; collection === page.collection;) {
    const query = new URLSearchParams({ collection });
    let start;
    try {
      start = await steadily(() => call(`/page/start?${query}`));
    } catch { return; }
    if (collection !== page.collection) return;
    // Drawn again, a button would lose the focus.
    if (start.html !== shown) find('#aq-start').innerHTML = start.html;
    shown = start.html;
    if (start.complete) return;
    await new Promise((resolve) => { setTimeout(resolve, 500); });
  }
}

// Answers of one collection are no history for questions to another.
function switched({ detail }) {
  if (detail === page.collection) return;
  filters.useFilters(detail);
  talk.fresh();
  drawStart();
}

// What was typed, and what was asked while the server was away, outlives the page.
function leave() {
  const left = { draft: find('#aq-field').value, unsent: talk.unsent() };
  try { sessionStorage.setItem('aq-left', JSON.stringify(left)); } catch { /* Not allowed. */ }
}

function takeUp() {
  let left;
  try {
    left = JSON.parse(sessionStorage.getItem('aq-left'));
    sessionStorage.removeItem('aq-left');
  } catch { return; }
  if (!find('#aq-field').value) find('#aq-field').value = left?.draft ?? '';
  const unsent = left?.unsent ?? [];
  if (!page.conversation && unsent.length) {
    page.conversation = unsent[0].conversation;
    history.replaceState({}, '', address());
    tell('');
  }
  talk.queueAgain(unsent);
}

async function start() {
  const empty = document.createElement('template');
  empty.id = 'aq-evidence-empty';
  empty.innerHTML = find('#aq-evidence').innerHTML;
  document.body.append(empty);
  filters.listen();
  side.listen();
  const where = parse();
  const { q, collection } = where.values;
  filters.useFilters(collection ?? page.collection);
  if (page.collection !== 'main') {
    dispatchEvent(new CustomEvent('aq-choose', { detail: page.collection }));
  }
  drawStart();
  document.addEventListener('click', clicked);
  document.addEventListener('keydown', pressed);
  addEventListener('popstate', moved);
  addEventListener('pagehide', leave);
  addEventListener('aq-collection', switched);
  find('#aq-ask').disabled = false;
  find('#aq-field').focus();
  if (q) {
    filters.fill(where.values);
    history.replaceState({}, '', address({}, ''));
    talk.ask(q);
    side.drawSide();
    return;
  }
  history.replaceState({}, '', address({}, where.conversation) + location.hash);
  // From here on questions can be asked: nothing may take away what they begin.
  if (where.conversation) await talk.open(where.conversation, where.number);
  else side.drawSide();
  takeUp();
  if (where.article) await article.read(where.place);
}

// Gradio draws the page when it likes.
const waiting = setInterval(() => {
  const switches = document.documentElement.dataset.aqSwitch === 'ready';
  if (!switches || !find('#aq-field') || !find('#aq-collection input')) return;
  clearInterval(waiting);
  start();
}, 20);
