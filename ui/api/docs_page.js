// Sends what is typed under "Try it", and shows the reply as it came.
const root = location.pathname.replace(/\/api\/docs\/?$/, '');
for (const form of document.querySelectorAll('form')) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    let path = form.dataset.path;
    const query = new URLSearchParams();
    for (const field of form.querySelectorAll('input[data-in]')) {
      if (field.dataset.in === 'path') path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
      else if (field.value) query.set(field.name, field.value);
    }
    const options = { method: form.dataset.method, headers: {} };
    const key = document.getElementById('key').value;
    if (key) options.headers.authorization = `Bearer ${key}`;
    const files = form.elements.files?.files;
    if (files?.length) {
      options.body = new FormData();
      for (const file of files) options.body.append('files', file);
    } else if (form.elements.body) {
      options.body = form.elements.body.value;
      options.headers['content-type'] = 'application/json';
    }
    const shown = form.querySelector('pre');
    shown.hidden = false;
    shown.textContent = '…';
    try {
      const reply = await fetch(`${root}${path}${query.size ? `?${query}` : ''}`, options);
      const text = await reply.text();
      let body = text;
      try { body = JSON.stringify(JSON.parse(text), null, 2); } catch { /* It is no JSON. */ }
      shown.textContent = `${reply.status} ${reply.statusText}\n${body}`.slice(0, 100000);
    } catch (error) {
      shown.textContent = String(error);
    }
  });
}
