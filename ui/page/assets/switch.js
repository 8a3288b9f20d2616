// The scripts of the page choose a collection here; Gradio's list then shows it.
addEventListener('aq-choose', (event) => trigger('click', { collection: event.detail }));
document.documentElement.dataset.aqSwitch = 'ready';
