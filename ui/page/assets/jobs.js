// Sends files, a folder or an address as a job of the server, and shows how far the jobs are.
const root = (window.gradio_config?.root ?? '').replace(/\/$/, '');
const PER_REQUEST = 20;
const BYTES_PER_REQUEST = 40e6;
const SHOWN = 200;
const one = (selector) => element.querySelector(selector);
const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
const running = new Set();
let sending = 0;

const collection = () => document.querySelector('#aq-articles [data-collection]')
  ?.dataset.collection ?? 'main';

async function call(path, options = {}) {
  const reply = await fetch(root + path, options);
  if (reply.status === 204) return null;
  const content = await reply.json().catch(() => ({}));
  if (!reply.ok) throw Object.assign(new Error(content.detail ?? reply.statusText), { status: reply.status });
  return content;
}

// Tries again while the server is away: what it has taken is safe there, and the rest is here.
async function patiently(path, options) {
  for (let tried = 0; ; tried += 1) {
    try {
      return await call(path, options);
    } catch (error) {
      const away = !error.status || error.status === 503;
      if (!away || tried === 20) throw error;
      tell('The server does not answer; trying again …');
      await pause(Math.min(1000 * 2 ** tried, 10000));
    }
  }
}

function tell(words) { one('.aq-sending').textContent = words; }

function make(tag, name, words = '') {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = words;
  return made;
}

const nameOf = ({ file, path }) => path || file.webkitRelativePath || file.name;
const isHidden = (name) => name.split('/').some((part) => /^(\.|__MACOSX)/.test(part));

function* requests(files) {
  let batch = [];
  let bytes = 0;
  for (const given of files) {
    if (batch.length && (batch.length === PER_REQUEST || bytes + given.file.size > BYTES_PER_REQUEST)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(given);
    bytes += given.file.size;
  }
  if (batch.length) yield batch;
}

async function send(chosen) {
  const named = chosen.map((given) => ({ ...given, name: nameOf(given) }))
    .filter(({ name }) => !isHidden(name));
  const largest = Number(one('.aq-drop').dataset.largest);
  const files = named.filter(({ file }) => file.size <= largest);
  const tooLarge = named.filter(({ file }) => file.size > largest).map(({ name }) => name);
  if (tooLarge.length) tell(`Not sent, larger than ${largest / 1e6} MB: ${tooLarge.join(', ')}`);
  if (!files.length) return;
  sending += 1;
  let id = null;
  let done = 0;
  try {
    for (const batch of requests(files)) {
      const form = new FormData();
      if (id === null) {
        form.append('collection', collection());
        form.append('expect', String(files.length));
        form.append('keep_pdfs', String(one('.aq-keep-pdfs').checked));
      }
      for (const { file, name } of batch) form.append('files', file, name);
      const path = id === null ? '/api/jobs' : `/api/jobs/${id}/files`;
      const job = await patiently(path, { method: 'POST', body: form });
      done += batch.length;
      if (job.state === 'cancelled') break;
      if (id === null) { id = job.id; follow(job); }
      tell(done < files.length ? `Sending: ${done} of ${files.length}` : '');
    }
  } catch (error) {
    tell(`${files.length - done} of ${files.length} files were not sent: ${error.message}`);
  } finally {
    sending -= 1;
  }
}

async function sendAddress(address) {
  try {
    const body = JSON.stringify({ addresses: [address], collection: collection() });
    const headers = { 'content-type': 'application/json' };
    follow(await call('/api/jobs', { method: 'POST', body, headers }));
    one('#aq-address').value = '';
  } catch (error) {
    tell(error.message);
  }
}

const STATES = { done: 'done', partly: 'partly', skipped: 'failed', cancelled: 'failed' };

function outcome(file) {
  const counts = [[file.added, 'added'], [file.updated, 'updated'], [file.unchanged, 'there already']];
  const words = counts.filter(([count]) => count).map(([count, what]) => `${count} ${what}`);
  if (file.state === 'waiting' || file.state === 'reading') words.push(file.state);
  if (file.state === 'cancelled') words.push('cancelled');
  // The name stands above them.
  const lines = [...file.problems, ...file.notes]
    .map((line) => (line.startsWith(`${file.name}: `) ? line.slice(file.name.length + 2) : line));
  return [words.join(', '), ...lines].filter(Boolean).join('; ');
}

function fileRow(file) {
  const row = make('li', `aq-${STATES[file.state] ?? 'waiting'}`);
  row.append(make('strong', '', file.name), make('span', '', outcome(file)));
  return row;
}

function show(job) {
  let card = one(`[data-job="${job.id}"]`);
  const open = card?.querySelector('details')?.open;
  if (!card) {
    card = make('section', 'aq-job');
    card.dataset.job = job.id;
    one('.aq-jobs').prepend(card);
  }
  const ended = job.state === 'done' || job.state === 'cancelled';
  const head = make('p', 'aq-job-words');
  const words = job.state === 'done' ? 'Added' : job.state === 'cancelled' ? '' : 'Adding';
  head.append(make('strong', '', `${words} ${job.words}`.trim()));
  const articles = job.added + job.updated;
  if (articles) head.append(make('span', '', ` · ${articles} article${articles === 1 ? '' : 's'}`));
  head.setAttribute('role', 'status');
  const bar = document.createElement('progress');
  bar.max = job.expected;
  bar.value = job.ended;
  bar.hidden = ended;
  bar.setAttribute('aria-label', 'How much is done');
  const stop = make('button', 'aq-job-stop', ended ? 'Dismiss' : 'Cancel');
  stop.type = 'button';
  stop.addEventListener('click', () => cancel(job, ended));
  const files = job.files ?? [];
  const told = files.filter((file) => file.problems.length || file.notes.length);
  const others = files.length <= 20 ? files.filter((file) => !told.includes(file)) : [];
  const list = make('ul', 'aq-report');
  list.tabIndex = 0; // It scrolls, also by the keyboard.
  list.append(...[...told, ...others].slice(0, SHOWN).map(fileRow));
  card.replaceChildren(head, bar, stop);
  if (told.length && files.length > 20) {
    const fold = document.createElement('details');
    fold.open = open ?? false;
    fold.append(make('summary', '', `${told.length} of the files were skipped, or read with a note: why`), list);
    card.append(fold);
  } else {
    card.append(list);
  }
}

async function cancel(job, ended) {
  try {
    await call(`/api/jobs/${job.id}`, { method: 'DELETE' });
  } catch (error) {
    if (error.status !== 404) { tell(error.message); return; }
  }
  if (ended) one(`[data-job="${job.id}"]`)?.remove();
}

// Asks how far a job is until it has ended, also while the server is started anew.
async function follow(begun) {
  if (running.has(begun.id)) return;
  running.add(begun.id);
  let added = -1;
  try {
    for (;;) {
      let job;
      try {
        job = await call(`/api/jobs/${begun.id}`);
        if (!sending) tell('');
      } catch (error) {
        if (error.status === 404) { one(`[data-job="${begun.id}"]`)?.remove(); return; }
        tell('The server does not answer; trying again …');
        await pause(2000);
        continue;
      }
      show(job);
      const ended = job.state === 'done' || job.state === 'cancelled';
      const now = job.added + job.updated;
      if (ended || (now - added > 20)) {
        // The list beside it shows what is new; not after each file, which would be much work.
        added = now;
        trigger('click', { action: 'added', collection: job.collection });
      }
      if (ended) return;
      await pause(700);
    }
  } finally {
    running.delete(begun.id);
  }
}

// Also what another tab has begun.
async function look() {
  try {
    const { jobs } = await call('/api/jobs');
    for (const job of jobs.slice(0, 10).reverse()) {
      const ended = job.state === 'done' || job.state === 'cancelled';
      if (!ended) follow(job);
      else if (!one(`[data-job="${job.id}"]`)) show(await call(`/api/jobs/${job.id}`));
    }
  } catch { /* It is asked again when the page is looked at the next time. */ }
}

async function entries(entry, path) {
  const name = `${path}${entry.name}`;
  if (entry.isFile) {
    return [{ file: await new Promise((resolve, reject) => { entry.file(resolve, reject); }), path: name }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    // It gives a hundred at a time.
    const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (!some.length) break;
    for (const inner of some) found.push(...await entries(inner, `${name}/`));
  }
  return found;
}

element.addEventListener('change', (event) => {
  const input = event.target;
  if (input.type !== 'file') return;
  const files = [...input.files].map((file) => ({ file }));
  input.value = '';
  send(files);
});
const zoneOf = (event) => event.target.closest('.aq-drop');
element.addEventListener('dragover', (event) => {
  if (!zoneOf(event)) return;
  event.preventDefault();
  zoneOf(event).classList.add('aq-over');
});
element.addEventListener('dragleave', (event) => zoneOf(event)?.classList.remove('aq-over'));
element.addEventListener('drop', async (event) => {
  if (!zoneOf(event)) return;
  event.preventDefault();
  zoneOf(event).classList.remove('aq-over');
  const dropped = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  send((await Promise.all(dropped.map((entry) => entries(entry, '')))).flat());
});
element.addEventListener('submit', (event) => {
  event.preventDefault();
  sendAddress(one('#aq-address').value.trim());
});
addEventListener('beforeunload', (event) => { if (sending) event.preventDefault(); });
document.addEventListener('visibilitychange', () => { if (!document.hidden) look(); });
look();
