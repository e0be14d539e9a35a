import { svelte } from '@sveltejs/vite-plugin-svelte';
import vue from '@vitejs/plugin-vue';

const isCustomElement = (tag) => tag.endsWith('-classifier');

export default {
  plugins: [vue({ template: { compilerOptions: { isCustomElement } } }), svelte()],
  build: { rollupOptions: { input: ['react.html', 'vue.html', 'svelte.html'] } },
};
