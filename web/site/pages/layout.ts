/** @file What all pages have around their content. No inline script or style: the policy in ../pages.ts allows none. */
import { html } from 'hono/html';

export type Markup = ReturnType<typeof html>;

export interface Page {
  /** Path of the address, as the navigation knows it. */
  path: '/' | '/explore' | '/docs';
  title: string;
  description: string;
  /** Name of its style sheet, and of its script where it has one. */
  asset: string;
  isScripted?: boolean;
  /** Between the navigation and the content, staying in view. */
  tray?: Markup;
  main: Markup;
}

const PLACES = [
  ['/', 'Try it'],
  ['/explore', 'See inside'],
  ['/docs', 'API reference'],
] as const;

export const layout = ({
  path,
  title,
  description,
  asset,
  isScripted = true,
  tray,
  main,
}: Page): Markup => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${description}">
<title>${title}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/${asset}.css">
${isScripted ? html`<script type="module" src="/${asset}.js"></script>` : ''}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<a class="brand" href="/"><img src="/icon.svg" alt="" width="22" height="22">tinyvgg-edge</a>
<nav aria-label="Pages">${PLACES.map(
  ([address, name]) =>
    html`<a href="${address}"${address === path ? html` aria-current="page"` : ''}>${name}</a>`,
)}</nav>
</header>
${tray ?? ''}
<main id="main">
${main}
</main>
<footer class="bottom">
<p>tinyvgg-edge trains three small classifiers of Fashion-MNIST in TypeScript, number for number as PyTorch does, and answers with the
best one from a Cloudflare Worker. MIT licence.</p>
<nav aria-label="More">${PLACES.map(([address, name]) => html`<a href="${address}">${name}</a>`)}<a href="/openapi.json">OpenAPI</a>
<a href="/v1/models">Models</a></nav>
</footer>
</body>
</html>
`;
