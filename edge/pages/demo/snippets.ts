/** @file What to copy: the lines that ask this very service. */
import { find } from '../dom.ts';

const curl = (origin: string): string =>
  `curl --data-binary @photo.jpg \\\n  '${origin}/v1/classify?top_k=3'`;

const embed = (
  origin: string,
): string => `<input type="file" accept="image/*" onchange="classify(this.files[0])">
<script>
  async function classify(file) {
    const answer = await fetch('${origin}/v1/classify?top_k=3', {
      method: 'POST', body: file, headers: { 'x-site-key': '…' },
    });
    console.log(await answer.json());
  }
</script>`;

/** @param tell says it aloud */
export function snippets(tell: (text: string) => void): void {
  find('#curl', HTMLElement).textContent = curl(location.origin);
  find('#embed', HTMLElement).textContent = embed(location.origin);
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-copy]')) {
    const said = button.textContent ?? '';
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
}
