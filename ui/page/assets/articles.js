// The list of articles: what is selected and typed in it goes with the button that needs it.
const chosen = () => [...element.querySelectorAll('.aq-select:checked')].map((box) => box.dataset.article);
element.addEventListener('change', (event) => {
  const box = event.target;
  if (box.classList.contains('aq-all')) {
    for (const other of element.querySelectorAll('.aq-select')) other.checked = box.checked;
  } else if (!box.classList.contains('aq-select')) {
    return;
  }
  const ids = chosen();
  const button = element.querySelector('.aq-delete-selected');
  button.hidden = !ids.length;
  button.dataset.sure = '';
  button.textContent = `Delete ${ids.length} selected`;
  button.dataset.articles = JSON.stringify(ids);
});
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-action]');
  if (!button) return;
  const { action } = button.dataset;
  if (action === 'delete' && button.dataset.sure !== 'yes') {
    const before = button.textContent;
    button.dataset.sure = 'yes';
    button.textContent = 'Really delete?';
    setTimeout(() => {
      if (button.isConnected && button.dataset.sure === 'yes') {
        button.dataset.sure = '';
        button.textContent = before;
      }
    }, 4000);
    return;
  }
  if (action === 'save') {
    const form = button.closest('.aq-edit');
    button.dataset.title = form.querySelector('.aq-edit-title').value;
    button.dataset.published = form.querySelector('.aq-edit-date').value;
  }
  trigger('click', { ...button.dataset });
});
