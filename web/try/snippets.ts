/** @file Code to copy: a request to this service, and HTML that embeds its field. Both contain the page's origin. */
import { copyOnClick } from '../copy.ts';
import { find } from '../dom.ts';

const curl = (origin: string): string =>
  `curl --data-binary @photo.jpg \\\n  '${origin}/v1/classify?top_k=3'`;

/** Members of /field.json that a page needs to embed one version of the field. */
interface FieldIndex {
  url: string;
  integrity: string;
}

const script = (origin: string, pinned: FieldIndex | undefined): string =>
  pinned
    ? `<script type="module" src="${origin}${pinned.url}"\n  integrity="${pinned.integrity}" crossorigin></script>`
    : `<script type="module" src="${origin}/field.js"></script>`;

const embed = (origin: string, pinned?: FieldIndex): string => `${script(origin, pinned)}

<form action="/offers" method="post">
  <image-classifier name="garment" required></image-classifier>
  <button>Offer it</button>
</form>`;

export function fillSnippets(): void {
  const { origin } = location;
  find('#curl', HTMLElement).textContent = curl(origin);
  const embedding = find('#embed', HTMLElement);
  embedding.textContent = embed(origin);
  fetch('/field.json').then(
    async (response) => {
      if (response.ok) embedding.textContent = embed(origin, (await response.json()) as FieldIndex);
    },
    () => {}, // The snippet then keeps the address that is always current.
  );
  const announce = (outcome: string) => {
    find('#copied', HTMLElement).textContent = outcome;
  };
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-copy]'))
    copyOnClick(button, find(`#${button.dataset.copy}`, HTMLElement), announce);
}
