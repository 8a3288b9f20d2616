// The newest turn stays in view, inside its own scroller: the page itself does not jump.
watch('value', () => {
  const last = element.querySelector('.aq-last');
  const scroller = element.closest('.aq-scroll') || element;
  if (!last) return;
  if (scroller.scrollHeight > scroller.clientHeight) {
    scroller.scrollTop += last.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  } else {
    last.scrollIntoView({ block: 'nearest' });
  }
});
