/** @file The frame of an HTML page in one file. It is valid XML, too. */
import { type Markup, markup, raw } from './markup.ts';

/** Blocks scripts and requests, whatever the text of a file contains. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** Returns the page. All its images are inline. @param body content of the element `body` */
export function selfContainedPage(title: string, style: string, body: Markup): string {
  return `<!doctype html>\n${markup`<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<meta http-equiv="Content-Security-Policy" content="${POLICY}"/>
<title>${title}</title>
<style>
${raw(style)}
</style>
</head>
<body>
${body}
</body>
</html>
`}`;
}
