import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyReply } from 'fastify';

/** What the pages need to know of the gateway that serves them. */
export interface PageOptions {
  /** Only in development do pages hold the key, and do GraphiQL and the inbox exist. */
  development: boolean;
  /** Where people reach the gateway, without a path: `http://localhost:4000`. */
  publicUrl: string;
  developmentApiKey: string | undefined;
  /** Whether a Host header names this gateway; any other may be a page that rebound its own name to this machine. */
  hostAllowed: (host: string | undefined) => boolean;
}

/** A finished page and the headers that it must be sent with. */
export interface Page {
  html: string;
  headers: Record<string, string>;
}

/** Where a page may load what from; what is not named comes from nowhere. */
export interface ContentPolicy {
  script: string[];
  style: string[];
  connect?: string[];
  image?: string[];
  font?: string[];
  frame?: string[];
  worker?: string[];
}

/** A value for a Content-Security-Policy that lets one response's own scripts run. */
export function createNonce(): string {
  return randomBytes(16).toString('base64url');
}

/** The Content-Security-Policy as text. */
export function contentSecurityPolicy(policy: ContentPolicy): string {
  const { script, style, connect, image, font, frame, worker } = policy;
  const sources = {
    'script-src': script,
    'style-src': style,
    'connect-src': connect,
    'img-src': image,
    'font-src': font,
    'frame-src': frame,
    'worker-src': worker,
  };
  const directives = Object.entries(sources).flatMap(([name, value]) => (value ? [`${name} ${value.join(' ')}`] : []));
  return ["default-src 'none'", ...directives, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"].join(
    '; ',
  );
}

/** A page with the headers that every page has. It may hold a key, so no cache keeps it and no frame shows it. */
export function createPage(html: string, policy: ContentPolicy): Page {
  return {
    html,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentSecurityPolicy(policy),
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    },
  };
}

/** Sends the page. No other origin may read it, whatever /graphql allows them. */
export function sendPage(reply: FastifyReply, page: Page): FastifyReply {
  return reply
    .removeHeader('access-control-allow-origin')
    .removeHeader('access-control-allow-credentials')
    .headers(page.headers)
    .send(page.html);
}

const files = new Map<string, string>();

/** A file that pages are made of; it is read once. */
export function readPageFile(name: string): string {
  const content = files.get(name) ?? readFileSync(new URL(`browser/${name}`, import.meta.url), 'utf8');
  files.set(name, content);
  return content;
}

/** Puts values in the places of a template that name them, `{{name}}`; a place without a value is a fault of ours. */
export function fillTemplate(template: string, values: Record<string, string>): string {
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_place, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`The page has no value for ${name}.`);
    return value;
  });
}

/** Text as HTML shows it, in an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** An element that hands a page's script its settings, as JSON that no content can break out of. */
export function settingsElement(settings: unknown): string {
  const json = JSON.stringify(settings).replaceAll('<', '\\u003c');
  return `<script type="application/json" id="settings">${json}</script>`;
}
