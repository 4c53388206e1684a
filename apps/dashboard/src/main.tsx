import { render } from 'preact';
import { App } from './app.tsx';
import { applyTheme, storedTheme } from './theme.ts';
import './style/base.css';
import './style/layout.css';
import './style/parts.css';
import './style/print.css';

applyTheme(storedTheme());
const place = document.getElementById('app');
if (place !== null) render(<App />, place);
