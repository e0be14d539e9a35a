/** @file The frame of every page: head, navigation and footer. Nothing is inline, because the policy in ../pages.ts forbids it. */
import { html } from 'hono/html';

export type Markup = ReturnType<typeof html>;

export interface Page {
  path: '/' | '/explore' | '/docs';
  title: string;
  description: string;
  /** Name of the page's style sheet and of its script. */
  asset: string;
  /** Addresses of further scripts, which run before the page's own. */
  scripts?: readonly string[];
  /** A bar between the navigation and the content that stays in view. */
  tray?: Markup;
  main: Markup;
}

const PLACES = [
  ['/', 'Try it'],
  ['/explore', 'See inside'],
  ['/docs', 'API reference'],
] as const;

/**
 * The picture of a link to the page in a message or a post (https://ogp.me). Those who show it need its whole address, which a deployment
 * adds.
 */
export const PREVIEW = '/examples/explorer.png';

export const layout = ({
  path,
  title,
  description,
  asset,
  scripts = [],
  tray,
  main,
}: Page): Markup => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${description}">
<meta property="og:type" content="website">
<meta property="og:site_name" content="tinyvgg-edge">
<meta property="og:title" content="${title}">
<meta property="og:description" content="${description}">
<meta property="og:image" content="${PREVIEW}">
<meta property="og:image:alt" content="The feature maps of a small network for a drawn sneaker">
<meta name="twitter:card" content="summary_large_image">
<title>${title}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/${asset}.css">
${[...scripts, `/${asset}.js`].map((address) => html`<script type="module" src="${address}"></script>`)}
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
<p>tinyvgg-edge trains small Fashion-MNIST classifiers in TypeScript, and serves one that also learned from photos. MIT licence; <a href="/licences.txt">licences of other code in it</a>.</p>
<nav aria-label="More">${PLACES.map(([address, name]) => html`<a href="${address}">${name}</a>`)}<a href="/openapi.json">OpenAPI</a>
<a href="/v1/models">Models</a></nav>
</footer>
</body>
</html>
`;
