// The list of conversations: found, named and deleted.
import { fresh } from './conversation.js';
import { call, steadily } from './server.js';
import { find, page, tell } from './state.js';

const STEP = 50;
let limit = STEP;
let asked = 0;

export async function drawSide() {
  asked += 1;
  const then = asked;
  const query = new URLSearchParams({
    q: find('#aq-side-find input').value.slice(0, 200), current: page.conversation, limit,
  });
  const { html } = await steadily(() => call(`/page/conversations?${query}`));
  if (then !== asked || find('#aq-side-list input')) return;
  find('#aq-side-list').innerHTML = html;
}

export function more() { limit += STEP; drawSide(); }

export function toggleSide(open) {
  const side = find('#aq-side');
  side.classList.toggle('aq-open-side', open);
  if (side.classList.contains('aq-open-side')) find('#aq-side-find input').focus();
}

export function rename(button) {
  const item = button.closest('li');
  const link = item.querySelector('.aq-talk-link');
  const field = document.createElement('input');
  field.value = item.querySelector('.aq-talk-name').textContent;
  field.maxLength = 200;
  field.setAttribute('aria-label', 'Name of the conversation');
  let over = false;
  const done = async (save) => {
    if (over) return;
    over = true;
    const name = field.value.trim();
    field.replaceWith(link);
    if (save && name) {
      try {
        await call(`/api/conversations/${button.dataset.conversation}`, { name }, 'PATCH');
      } catch (error) {
        tell(error.message);
      }
    }
    await drawSide();
    find('#aq-side-list [data-action="rename"]')?.focus();
  };
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') done(true);
    if (event.key === 'Escape') done(false);
  });
  field.addEventListener('blur', () => done(true));
  link.replaceWith(field);
  field.select();
}

export async function forget(button) {
  if (button.dataset.sure !== 'yes') {
    button.dataset.sure = 'yes';
    button.textContent = 'Really delete?';
    setTimeout(() => {
      if (button.isConnected) { button.dataset.sure = ''; button.textContent = 'Delete'; }
    }, 4000);
    return;
  }
  try {
    await call(`/api/conversations/${button.dataset.conversation}`, undefined, 'DELETE');
    if (button.dataset.conversation === page.conversation) fresh();
  } catch (error) {
    tell(error.message);
  }
  drawSide();
}

export function listen() {
  let due = 0;
  find('#aq-side-find input').addEventListener('input', () => {
    clearTimeout(due);
    due = setTimeout(() => { limit = STEP; drawSide(); }, 150);
  });
  addEventListener('aq-asked', drawSide);
}
