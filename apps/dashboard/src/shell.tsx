import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useSession } from './api/session.ts';
import { hrefOf, type Route } from './core/route.ts';
import { Badge } from './parts/badge.tsx';
import { showInRow } from './parts/show-in-row.ts';
import { applyTheme, storedTheme, type Theme } from './theme.ts';

type Target = Extract<
  Route,
  { page: 'overview' | 'agents' | 'bills' | 'lookup' | 'services' | 'webhooks' | 'api-keys' | 'log' }
>;

const groups: readonly (readonly [
  title: string,
  links: readonly (readonly [to: Target, text: string, pages: readonly Route['page'][]])[],
])[] = [
  [
    'Books',
    [
      [{ page: 'overview' }, 'Overview', ['overview']],
      [{ page: 'agents' }, 'Agents', ['agents', 'agent', 'account']],
      [{ page: 'bills' }, 'Bills', ['bills', 'bill', 'run']],
      [{ page: 'services' }, 'Services and prices', ['services', 'service']],
    ],
  ],
  ['Trace', [[{ page: 'lookup', what: '' }, 'Keys and usage ids', ['lookup']]]],
  [
    'Operation',
    [
      [{ page: 'webhooks' }, 'Webhooks', ['webhooks', 'webhook']],
      [{ page: 'api-keys' }, 'API keys', ['api-keys']],
      [{ page: 'log' }, 'Administrative acts', ['log']],
    ],
  ],
];

/** What is around every page: where one can go, and who is signed in. */
export function Shell({ route, children }: { readonly route: Route; readonly children: ComponentChildren }) {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => showInRow(nav.current, nav.current?.querySelector('[aria-current]')), [route.page]);
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={toContent}>
        Skip to the content
      </button>
      <aside class="side">
        <a class="brand" href={hrefOf({ page: 'overview' })}>
          <span class="brand-mark" aria-hidden="true">
            ✓
          </span>
          Billonce
        </a>
        <nav aria-label="Pages" ref={nav}>
          {groups.map(([title, links]) => (
            <div key={title} class="nav-group">
              <p class="nav-title">{title}</p>
              <ul>
                {links.map(([to, text, pages]) => (
                  <li key={text}>
                    <a href={hrefOf(to)} aria-current={pages.includes(route.page) ? 'page' : undefined}>
                      {text}
                    </a>
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </nav>
        <Who />
      </aside>
      <main class="content" id="content" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function toContent(): void {
  document.getElementById('content')?.focus();
}

function Who() {
  const { caller, signOut } = useSession();
  const isReadOnly = caller.scopes.every((scope) => scope === 'read');
  return (
    <div class="who">
      <p class="who-tenant">
        <span class="muted">Tenant</span> <strong>{caller.tenant}</strong>
      </p>
      <p>
        {caller.kind === 'anonymous' && <Badge tone="warn">development mode</Badge>}
        {caller.kind === 'admin' && <Badge tone="plain">admin</Badge>}
        {caller.keyPrefix !== null && <code class="small">{caller.keyPrefix}…</code>}{' '}
        {isReadOnly && <Badge tone="plain">read only</Badge>}
      </p>
      <ThemeChoice />
      {caller.kind !== 'anonymous' && (
        <button type="button" class="button wide" onClick={signOut}>
          Sign out
        </button>
      )}
    </div>
  );
}

const themes: readonly (readonly [theme: Theme, text: string])[] = [
  ['system', 'System'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

function ThemeChoice() {
  const [theme, setTheme] = useState<Theme>(storedTheme);
  return (
    <fieldset class="switch">
      <legend class="hidden">Colours</legend>
      {themes.map(([one, text]) => (
        <label key={one} class={one === theme ? 'chosen' : ''}>
          <input
            type="radio"
            name="theme"
            checked={one === theme}
            onChange={() => {
              applyTheme(one);
              setTheme(one);
            }}
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}
