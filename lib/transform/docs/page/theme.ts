import { h } from './dom.ts';

const themes = ['auto', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const key = 'sluice-docs-theme';

/** What the reader chose last; the system's own choice unless something was. */
export function applyRememberedTheme(): void {
  apply(remembered());
}

/** The switch of the themes. */
export function themeSwitch(): HTMLElement {
  const chosen = remembered();
  const buttons = themes.map((theme) =>
    h(
      'button',
      {
        type: 'button',
        class: 'theme-choice',
        'aria-pressed': String(theme === chosen),
        title: theme === 'auto' ? 'As the system' : `Always ${theme}`,
        on: {
          click: () => {
            apply(theme);
            remember(theme);
            buttons.forEach((button, index) => {
              button.setAttribute('aria-pressed', String(themes[index] === theme));
            });
          },
        },
      },
      theme === 'auto' ? 'Auto' : theme === 'light' ? 'Light' : 'Dark',
    ),
  );
  return h('div', { class: 'theme', role: 'group', 'aria-label': 'Colours' }, buttons);
}

function apply(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}

/** A page that was opened as a file may be refused its storage. */
function remembered(): Theme {
  try {
    const value = localStorage.getItem(key);
    return themes.find((theme) => theme === value) ?? 'auto';
  } catch {
    return 'auto';
  }
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(key, theme);
  } catch {
    // It is then chosen for this visit only.
  }
}
