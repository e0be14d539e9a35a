/** @file Code to copy: a request to this service, and HTML that embeds its field. Both contain the page's origin. */
import { copyOnClick } from '../copy.ts';
import { find } from '../dom.ts';

const curl = (origin: string, model: string | null): string =>
  `curl --data-binary @photo.jpg \\\n  '${origin}/v1/${model === null ? '' : `models/${encodeURIComponent(model)}/`}classify?top_k=3'`;

/** Members of /field.json that a page needs to embed one version of the field. */
interface FieldIndex {
  url: string;
  integrity: string;
}

const script = (origin: string, pinned: FieldIndex | undefined): string =>
  pinned
    ? `<script type="module" src="${origin}${pinned.url}"\n  integrity="${pinned.integrity}" crossorigin></script>`
    : `<script type="module" src="${origin}/field.js"></script>`;

const embed = (origin: string, attributes: string, pinned?: FieldIndex): string => `${script(origin, pinned)}

<form action="/offers" method="post">
  <image-classifier ${attributes} required></image-classifier>
  <button>Offer it</button>
</form>`;

/** @param model its name, if it is not the site's own model */
export function fillSnippets(model: string | null): void {
  const { origin } = location;
  const attributes = model === null ? 'name="garment"' : `model="${model}" name="kind"`;
  find('#curl').textContent = curl(origin, model);
  const embedding = find('#embed');
  embedding.textContent = embed(origin, attributes);
  fetch('/field.json').then(
    async (response) => {
      if (response.ok)
        embedding.textContent = embed(origin, attributes, (await response.json()) as FieldIndex);
    },
    () => {}, // The snippet then keeps the address that is always current.
  );
  const announce = (outcome: string) => {
    find('#copied').textContent = outcome;
  };
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-copy]'))
    copyOnClick(button, find(`#${button.dataset.copy}`), announce);
}
