/**
 * @file The API reference's script: fills in the page's own address, keeps all examples in one language, copies them, and marks
 * the operation in view. The page is complete without it.
 */
import { copyOnClick } from '../copy.ts';
import { element, find } from '../dom.ts';

const LANGUAGE_KEY = 'reference-language';

const codes = document.querySelectorAll<HTMLElement>('.example code');
for (const code of codes) code.textContent = (code.textContent ?? '').replaceAll('$ORIGIN', location.origin);

function selectLanguage(language: string): void {
  for (const input of document.querySelectorAll<HTMLInputElement>(`.languages input[value="${language}"]`))
    input.checked = true;
}

document.addEventListener('change', ({ target }) => {
  if (!(target instanceof HTMLInputElement) || !target.closest('.languages')) return;
  // The examples above change their height: keep the selected one where it is.
  const before = target.getBoundingClientRect().top;
  selectLanguage(target.value);
  scrollBy(0, target.getBoundingClientRect().top - before);
  withStorage((storage) => storage.setItem(LANGUAGE_KEY, target.value));
});
const stored = withStorage((storage) => storage.getItem(LANGUAGE_KEY));
if (stored) selectLanguage(stored);

/** Uses the browser's storage. Without one, because the visitor has blocked it, the choice lasts until the page is closed. */
function withStorage<Result>(use: (storage: Storage) => Result): Result | undefined {
  try {
    return use(localStorage);
  } catch {
    return undefined;
  }
}

for (const sample of document.querySelectorAll('.example pre')) {
  const button = element('button', { type: 'button', className: 'copy', textContent: 'Copy' });
  copyOnClick(button, find('code', HTMLElement, sample));
  sample.append(button);
}

/** On a narrow screen the list of operations would push the page down. */
const menu = document.querySelector<HTMLDetailsElement>('.side details');
if (menu && matchMedia('(width < 64rem)').matches) menu.open = false;

/** A link to a schema unfolds it. Not every browser does that itself. */
function unfoldTarget(): void {
  const details = document.getElementById(location.hash.slice(1))?.closest('details');
  if (details) details.open = true;
}
addEventListener('hashchange', unfoldTarget);
unfoldTarget();

const links = new Map(
  [...document.querySelectorAll<HTMLAnchorElement>('.side a[href^="#"]')].map((link) => [
    link.hash.slice(1),
    link,
  ]),
);
const observer = new IntersectionObserver(
  (entries) => {
    const entry = entries.find(({ isIntersecting }) => isIntersecting);
    if (!entry) return;
    for (const [id, link] of links) {
      if (id === entry.target.id) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  },
  // A band near the top of the window.
  { rootMargin: '-15% 0px -75%' },
);
for (const section of document.querySelectorAll('.operation, .reference > h2')) observer.observe(section);

document.documentElement.dataset.ready = '';
