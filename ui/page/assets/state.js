// What the scripts of the page share.
export const root = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');
export const find = (selector) => document.querySelector(selector);

export const page = {
  collection: 'main',
  conversation: '', // The id of the open conversation; '' before its first question.
  articles: [], // Ids of the only articles that are asked.
};

export const newKey = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(18))))
  .replaceAll('+', '-').replaceAll('/', '_');

export function kept(name) {
  try { return JSON.parse(localStorage.getItem(name)); } catch { return null; }
}

export function keep(name, value) {
  try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* Not allowed here. */ }
}

export function tell(words) {
  const told = find('#aq-told');
  if (told) told.textContent = words;
}

// The address of what is shown: the conversation, and an article over it.
export function address(parameters = {}, conversation = page.conversation) {
  const query = new URLSearchParams(parameters).toString();
  return `${root}/${conversation ? `c/${conversation}` : ''}${query ? `?${query}` : ''}`;
}

export const today = () => {
  const now = new Date();
  const two = (number) => String(number).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
};
