import { createApp, ref, shallowRef } from 'vue/dist/vue.esm-bundler.js';

export function mount(target) {
  const [label, attributes] = [ref(''), shallowRef({})];
  const app = createApp({
    setup: () => ({ label, attributes }),
    template: `<fashion-classifier v-bind="attributes" :value="label" @input="label = $event.target.value" />
      <output>{{ label }}</output>`,
  });
  app.config.compilerOptions.isCustomElement = (tag) => tag.includes('-');
  let isMounted = false;
  return (next) => {
    attributes.value = next;
    if (!isMounted) app.mount(target);
    isMounted = true;
  };
}
