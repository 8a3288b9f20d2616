// The newest turn stays in view, inside its own scroller: the page itself does not jump.
watch('value', () => {
  const last = element.querySelector('.aq-last');
  const scroller = element.closest('.aq-scroll') || element;
  if (last) scroller.scrollTop = last.offsetTop - 12;
});
