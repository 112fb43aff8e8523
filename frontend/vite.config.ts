import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const server = 'http://127.0.0.1:5000';

// The server reads the manifest and writes the tags, so there is no index.html.
export default defineConfig({
  base: '/-/assets/',
  plugins: [svelte()],
  build: {
    outDir: '../src/shortlist/web/dist',
    emptyOutDir: true,
    manifest: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['src/main.ts', 'src/early.ts'],
      output: {
        entryFileNames: '[name]-[hash].js',
        chunkFileNames: '[name]-[hash].js',
        assetFileNames: '[name]-[hash][extname]',
      },
    },
  },
  server: {
    proxy: {
      '/api': server,
      '^/(?!-/assets/)': server,
    },
  },
  test: { include: ['src/**/*.test.ts'] },
});
