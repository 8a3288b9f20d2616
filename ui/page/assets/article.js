// A whole article in a modal dialog, with an address of its own: Back closes it first.
import { call } from './server.js';
import { address, find, page, tell } from './state.js';

const PARTS = ['article', 'start', 'end', 'first', 'last'];
let place = null;

function dialog() {
  let made = find('.aq-dialog');
  if (!made) {
    made = document.createElement('dialog');
    made.className = 'aq-dialog';
    made.setAttribute('aria-labelledby', 'aq-article-title');
    made.addEventListener('click', (event) => {
      if (event.target === made || event.target.closest('.aq-close')) close();
    });
    made.addEventListener('cancel', (event) => { event.preventDefault(); close(); });
    // Outside of it, Gradio lets no rule for narrow windows reach.
    find('.gradio-container .contain').append(made);
  }
  return made;
}

export function placeOf(values, collection = page.collection) {
  const given = PARTS.filter((part) => values[part] !== undefined && values[part] !== '');
  return { ...Object.fromEntries(given.map((part) => [part, values[part]])), collection };
}

export const linkTo = (where) => new URL(address(where, ''), location.origin).href;
export const openPlace = () => place;

// Opens the article at a place; `told` is false where the address names it already.
export async function read(where, told = true) {
  let html;
  try {
    ({ html } = await call(`/page/article?${new URLSearchParams(where)}`));
  } catch (error) {
    tell(error.message);
    return;
  }
  place = where;
  if (told) history.pushState({ article: where }, '', address(where));
  const shown = dialog();
  shown.innerHTML = '<div class="aq-dialog-body"><button type="button" class="aq-close" '
    + `aria-label="Close the article">Close</button>${html}</div>`;
  if (!shown.open) shown.showModal();
  const mark = shown.querySelector('mark');
  requestAnimationFrame(() => {
    if (mark) { mark.scrollIntoView({ block: 'center' }); mark.focus({ preventScroll: true }); }
    else shown.querySelector('.aq-passage')?.scrollIntoView({ block: 'center' });
  });
}

// The step in the history that opened the article is taken back.
export async function close() {
  if (history.state?.article) {
    const back = new Promise((done) => { addEventListener('popstate', done, { once: true }); });
    history.back();
    await back;
  } else {
    history.replaceState({}, '', address());
  }
  closed();
}

export function closed() {
  place = null;
  find('.aq-dialog')?.close();
}
