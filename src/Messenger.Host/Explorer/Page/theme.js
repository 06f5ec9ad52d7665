// Light, dark, or as the system has it; remembered here.
const ORDER = ['auto', 'light', 'dark'];

export function theme(button) {
  const set = chosen => {
    document.documentElement.dataset.theme = chosen;
    button.title = `Theme: ${chosen}`;
    button.setAttribute('aria-label', button.title);
    localStorage.setItem('theme', chosen);
  };
  set(ORDER.includes(localStorage.getItem('theme')) ? localStorage.getItem('theme') : 'auto');
  button.addEventListener('click', () => set(ORDER[(ORDER.indexOf(document.documentElement.dataset.theme) + 1) % ORDER.length]));
}
