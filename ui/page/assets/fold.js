// Shows and hides a part of the page.
const button = element.querySelector('button');
button.addEventListener('click', () => {
  const part = document.getElementById(button.getAttribute('aria-controls'));
  button.setAttribute('aria-expanded', String(!part.classList.toggle('aq-folded')));
});
