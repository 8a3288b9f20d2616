// Who has chosen an article to ask wants to type: its tab is shown in the next frames.
watch('value', () => {
  if (!element.querySelector('cite')) return;
  const due = performance.now() + 2000;
  const focus = () => {
    const field = document.querySelector('#aq-question textarea');
    if (field?.offsetParent) field.focus();
    else if (performance.now() < due) requestAnimationFrame(focus);
  };
  focus();
});
