// The frame of every report: one HTML file that needs nothing else.

import { Html, html } from './html.ts';
import { style } from './style.ts';

export function htmlDocument(title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
${body}
</body>
</html>
`;
}
