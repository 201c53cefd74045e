import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleModules } from './bundle.ts';
import type { SiteData } from './data-types.ts';

const pageFolder = join(import.meta.dirname, 'page');
const styles = ['base', 'shell', 'search', 'page', 'overview', 'prose', 'code', 'lineage', 'print'];

/** Three lines of water, in the colour of the page. */
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 18 18'%3E%3Cg fill='%230b6a62'%3E%3Crect y='2' width='18' height='4'/%3E%3Crect y='8' width='13' height='4'/%3E%3Crect y='14' width='7' height='4'/%3E%3C/g%3E%3C/svg%3E";

/**
 * The page of a project: one file that holds all it needs and asks for nothing, also when it is opened as a file. Its
 * policy lets it run its own script and style, known by their hashes, and forbids every request and every text that would
 * become HTML.
 */
export function renderPage(data: SiteData): string {
  const script = bundleModules(join(pageFolder, 'main.ts'));
  const style = styles.map((name) => readFileSync(join(pageFolder, `style-${name}.css`), 'utf8')).join('\n');
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(data.project.name)}</title>
<link rel="icon" href="${icon}">
<style>${style}</style>
</head>
<body>
<noscript>This page draws itself with its own script; allow it to run.</noscript>
<script type="application/json" id="site-data">${jsonInHtml(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON in which nothing can end the element that holds it, or open a comment in it. */
export function jsonInHtml(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
