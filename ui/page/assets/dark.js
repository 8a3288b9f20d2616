// As early as it can be: relative addresses stay those of the page, whatever it calls itself
// later, and the theme is the one that was chosen here last.
document.querySelector('base')?.setAttribute('href', new URL('./', location.href).pathname);
const themeIsKept = () => {
  const wanted = () => { try { return localStorage.getItem('aq-theme'); } catch { return null; } };
  const apply = () => {
    const theme = wanted();
    const dark = document.body.classList.contains('dark');
    if (theme && dark !== (theme === 'dark')) document.body.classList.toggle('dark', !dark);
  };
  apply();
  // Gradio puts the scheme of the system there once it starts.
  new MutationObserver(apply).observe(document.body, { attributeFilter: ['class'] });
};
if (document.body) themeIsKept(); else addEventListener('DOMContentLoaded', themeIsKept);
