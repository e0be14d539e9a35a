/** @file What to copy: the lines that ask this very service, and embed its field. */
import { find } from '../dom.ts';

const curl = (origin: string): string =>
  `curl --data-binary @photo.jpg \\\n  '${origin}/v1/classify?top_k=3'`;

/** What /field.json says of the field's file whose content never changes. */
interface Pinned {
  url: string;
  integrity: string;
}

const script = (origin: string, pinned: Pinned | undefined): string =>
  pinned
    ? `<script type="module" src="${origin}${pinned.url}"\n  integrity="${pinned.integrity}" crossorigin></script>`
    : `<script type="module" src="${origin}/field.js"></script>`;

const embed = (origin: string, pinned?: Pinned): string => `${script(origin, pinned)}

<form action="/offers" method="post">
  <fashion-classifier name="garment" required></fashion-classifier>
  <button>Offer it</button>
</form>`;

/** @param tell says it aloud */
export function snippets(tell: (text: string) => void): void {
  const { origin } = location;
  find('#curl', HTMLElement).textContent = curl(origin);
  const embedding = find('#embed', HTMLElement);
  embedding.textContent = embed(origin);
  fetch('/field.json').then(
    async (response) => {
      if (response.ok) embedding.textContent = embed(origin, (await response.json()) as Pinned);
    },
    () => {}, // the evergreen address does as well
  );
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-copy]')) copies(button, tell);
}

function copies(button: HTMLButtonElement, tell: (text: string) => void): void {
  const said = button.textContent;
  button.addEventListener('click', async () => {
    const code = find(`#${button.dataset.copy}`, HTMLElement);
    const done = await navigator.clipboard?.writeText(code.textContent ?? '').then(
      () => true,
      () => false,
    );
    button.textContent = done ? 'Copied' : 'Select and copy';
    tell(done ? 'Copied.' : 'The browser does not allow copying here. Select the text and copy it.');
    if (!done) getSelection()?.selectAllChildren(code);
    setTimeout(() => {
      button.textContent = said;
    }, 2000);
  });
}
