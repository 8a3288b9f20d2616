// Asks the server, and waits for one that is away.
import { find, root } from './state.js';

export class Unreachable extends Error {}

export async function call(path, body, method = body === undefined ? 'GET' : 'POST') {
  const options = { method, headers: {} };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers['content-type'] = 'application/json';
  }
  let reply;
  try {
    reply = await fetch(root + path, options);
    if ([502, 504].includes(reply.status)) throw new Error(reply.statusText);
  } catch {
    throw new Unreachable('the server does not answer');
  }
  if (reply.status === 401) { location.reload(); return new Promise(() => {}); }
  if (reply.status === 204) return null;
  let content;
  try {
    content = await reply.json();
  } catch {
    throw new Unreachable('the server stopped in the middle of its reply');
  }
  if (!reply.ok) {
    const error = new Error(content.detail || reply.statusText);
    error.status = reply.status;
    throw error;
  }
  return content;
}

let waiting = null;
const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

// Resolves once the server answers again; meanwhile a line says that it does not.
export function recovered() {
  waiting ??= (async () => {
    const line = document.createElement('p');
    line.id = 'aq-away';
    line.setAttribute('role', 'alert');
    line.textContent = 'The server does not answer. Nothing is lost; trying again…';
    find('.gradio-container').append(line);
    for (;;) {
      await pause(1000);
      try { await call('/api/health'); break; } catch { /* Still away. */ }
    }
    line.remove();
    waiting = null;
    dispatchEvent(new CustomEvent('aq-recovered'));
  })();
  return waiting;
}

// Does something as often as it takes until the server has answered.
export async function steadily(work) {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      await recovered();
    }
  }
}

// Who only reads is told as well.
setInterval(() => {
  if (!document.hidden && !waiting) call('/api/health').catch(() => recovered());
}, 5000);
