// Light, dark, or as the system has it.
const system = matchMedia('(prefers-color-scheme: dark)');

export const theme = () => localStorage.getItem('theme') ?? 'auto';

/** @param {string} chosen */
export function applyTheme(chosen) {
  if (chosen === 'auto') localStorage.removeItem('theme');
  else localStorage.setItem('theme', chosen);
  show();
}

export function show() {
  const chosen = new URLSearchParams(location.search).get('theme') ?? theme();
  document.documentElement.dataset.theme = chosen === 'dark' || (chosen === 'auto' && system.matches) ? 'dark' : 'light';
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', getComputedStyle(document.documentElement).getPropertyValue('--surface'));
}

system.addEventListener('change', show);
addEventListener('storage', show);
show();
