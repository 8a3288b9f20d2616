// Clicks on anything with data-action: some are settled here, the rest goes to the server.
const announce = (button, words) => {
  const before = button.textContent;
  button.textContent = words;
  setTimeout(() => { if (button.isConnected) button.textContent = before; }, 1500);
};
element.addEventListener('click', (event) => {
  const link = event.target.closest('a');
  if (link) {
    const id = (link.getAttribute('href') || '').startsWith('#') && link.hash.slice(1);
    if (id) {
      event.preventDefault();
      document.getElementById(id)?.scrollIntoView({ block: 'start', behavior: 'smooth' });
    }
    return;
  }
  const target = event.target.closest('[data-action]');
  if (!target) return;
  const { action } = target.dataset;
  // Whoever selects words of a card wants to copy them, not to open it.
  if (target.tagName !== 'BUTTON' && String(window.getSelection())) return;
  if (action === 'copy') {
    navigator.clipboard?.writeText(target.dataset.copy).then(
      () => announce(target, 'Copied'), () => announce(target, 'Not allowed'));
    return;
  }
  if (action === 'delete' && target.dataset.sure !== 'yes') {
    target.dataset.sure = 'yes';
    target.textContent = 'Really delete?';
    setTimeout(() => {
      if (target.isConnected) { target.dataset.sure = ''; target.textContent = 'Delete'; }
    }, 4000);
    return;
  }
  if (action === 'theme') {
    document.body.classList.toggle('dark');
    return;
  }
  trigger(action === 'example' ? 'submit' : 'click', { ...target.dataset });
  if (action === 'show') {
    document.getElementById('aq-evidence')?.scrollIntoView({ block: 'start', behavior: 'smooth' });
  }
});
