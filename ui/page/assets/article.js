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
  shown.classList.remove('aq-wide');
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

// The pages of the PDF beside the text: at first the one with the marked words on it.
async function show(page) {
  const printed = find('#aq-printed');
  const where = { ...place, ...(page ? { page } : {}) };
  const told = printed.querySelector('[role=status]');
  told.textContent = 'Drawing …';
  try {
    const shown = await call(`/page/printed?${new URLSearchParams(where)}`);
    const picture = printed.querySelector('img');
    picture.src = shown.png;
    picture.alt = `Page ${shown.page}`;
    printed.dataset.page = shown.page;
    told.textContent = `Page ${shown.page} of ${shown.pages}`;
    await picture.decode();
    const sheet = printed.querySelector('.aq-sheet');
    sheet.scrollTop = (shown.marked ?? 0) * picture.offsetHeight - sheet.clientHeight / 3;
    for (const step of printed.querySelectorAll('[data-step]')) {
      const next = shown.page + Number(step.dataset.step);
      step.disabled = next < 1 || next > shown.pages;
    }
  } catch (error) {
    told.textContent = error.message;
  }
}

export function showPrinted(button) {
  const printed = find('#aq-printed');
  printed.hidden = !printed.hidden;
  button.setAttribute('aria-expanded', String(!printed.hidden));
  button.textContent = printed.hidden ? 'Show the page' : 'Hide the page';
  find('.aq-dialog').classList.toggle('aq-wide', !printed.hidden);
  if (!printed.hidden && !printed.dataset.page) show();
}

export const leaf = (step) => show(Number(find('#aq-printed').dataset.page) + Number(step));

export function closed() {
  place = null;
  find('.aq-dialog')?.close();
}
