import { mount as mountComponent } from 'svelte';
import { writable } from 'svelte/store';
import Offer from './component.svelte';

export function mount(target) {
  const store = writable({});
  let isMounted = false;
  return (attributes) => {
    store.set(attributes);
    if (!isMounted) mountComponent(Offer, { target, props: { store } });
    isMounted = true;
  };
}
