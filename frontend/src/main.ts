import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/layout.css';
import './styles/words.css';
import './styles/lists.css';
import './styles/still.css';
import './styles/print.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { ofMlflow } from './lib/mlflow_links';
import { page, startPages } from './state/page.svelte';
import { loadPart } from './state/parts';

const target = document.getElementById('app');
const meant = ofMlflow(location.pathname, location.hash);
if (meant !== null) location.replace(meant);
else if (target !== null) {
  startPages();
  void loadPart(page.data.page).finally(() => {
    target.replaceChildren();
    mount(App, { target });
  });
}
