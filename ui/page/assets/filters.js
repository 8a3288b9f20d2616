// Which articles are asked: fields, and chips that say what they let pass.
import { call, steadily } from './server.js';
import { find, keep, kept, page, tell, today } from './state.js';

const NAMES = ['since', 'until', 'source'];
const field = (name) => find(`#aq-${name}`);
let asked = 0;

export function filters() {
  const values = Object.fromEntries(NAMES.map((name) => [name, field(name).value.trim()]));
  return { ...values, articles: page.articles, collection: page.collection, today: today() };
}

// The filters that were last used with a collection.
export function useFilters(collection) {
  page.collection = collection;
  keep('aq-collection', collection);
  const last = kept(`aq-filters ${collection}`) ?? {};
  for (const name of NAMES) field(name).value = last[name] ?? '';
  page.articles = last.articles ?? [];
  drawFilters();
}

export async function drawFilters() {
  asked += 1;
  const then = asked;
  const now = filters();
  keep(`aq-filters ${page.collection}`, now);
  let found;
  try {
    found = await steadily(() => call('/page/filters', now));
  } catch (error) {
    if (then === asked) tell(error.message);
    return;
  }
  if (then !== asked) return;
  tell('');
  for (const name of NAMES) {
    if (document.activeElement !== field(name)) field(name).value = found[name];
  }
  find('#aq-chosen').innerHTML = found.chips;
  find('#aq-sources').innerHTML = found.sources;
}

export function unfilter({ filter, article }) {
  if (filter === undefined) {
    for (const name of NAMES) field(name).value = '';
    page.articles = [];
  } else if (filter === 'article') {
    page.articles = page.articles.filter((id) => id !== article);
  } else {
    field(filter).value = '';
  }
  drawFilters();
  find('#aq-field').focus();
}

export function only(article) {
  page.articles = [article];
  drawFilters();
}

export function chooseSource(source) {
  field('source').value = field('source').value === source ? '' : source;
  drawFilters();
}

export function fill(values) {
  for (const name of NAMES) field(name).value = values[name] ?? '';
  page.articles = [];
  drawFilters();
}

export function listen() {
  for (const name of NAMES) {
    field(name).addEventListener('change', drawFilters);
    field(name).addEventListener('keydown', (event) => {
      if (event.key === 'Enter') drawFilters();
    });
  }
}
