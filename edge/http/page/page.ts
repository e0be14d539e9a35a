/** @file A page for clients that prefer HTML to JSON. It has no script. web/site serves its style. */
import { html } from 'hono/html';

/**
 * Returns a complete page. Its policy allows only the style of this origin and data URLs of images.
 * @param body a template of hono/html, which must contain no request data
 */
export async function page(
  title: string,
  body: unknown,
  status: number,
  headers: Record<string, string> = {},
): Promise<Response> {
  const text = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<link rel="stylesheet" href="/page.css">
</head>
<body>
<main>${body}</main>
</body>
</html>
`;
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    // The image of the explanation.
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return new Response(String(await text), {
    status,
    headers: {
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    },
  });
}
