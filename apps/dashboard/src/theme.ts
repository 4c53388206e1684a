/** The colours of the page: those of the system unless a person chose others. */
export type Theme = 'system' | 'light' | 'dark';

const storedName = 'billonce.theme';

export function storedTheme(): Theme {
  const stored = localStorage.getItem(storedName);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export function applyTheme(theme: Theme): void {
  if (theme === 'system') {
    delete document.documentElement.dataset['theme'];
    localStorage.removeItem(storedName);
    return;
  }
  document.documentElement.dataset['theme'] = theme;
  localStorage.setItem(storedName, theme);
}
