// The article opens in a modal dialog, which keeps the focus and closes with Escape.
element.addEventListener('click', (event) => {
  const dialog = element.querySelector('dialog');
  if (event.target === dialog || event.target.closest('.aq-close, .aq-alone')) dialog.close();
});
const show = () => {
  const dialog = element.querySelector('dialog');
  if (!dialog) return;
  if (!dialog.open) dialog.showModal();
  const mark = dialog.querySelector('mark');
  requestAnimationFrame(() => {
    if (mark) { mark.scrollIntoView({ block: 'center' }); mark.focus({ preventScroll: true }); }
    else dialog.querySelector('.aq-passage')?.scrollIntoView({ block: 'center' });
  });
};
watch('value', show);
