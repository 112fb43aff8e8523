import './styles/tokens.css';
import './styles/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { startPages } from './state/page.svelte';

const target = document.getElementById('app');
if (target !== null) {
  startPages();
  target.replaceChildren();
  mount(App, { target });
}
