import { createNonce, createPage, fillTemplate, type Page, readPageFile } from './page.ts';

/** The developer inbox: what was "sent", newest first, live. Its messages come from /inbox/messages and /inbox/events. */
export function inboxPage(): Page {
  const nonce = createNonce();
  return createPage(fillTemplate(readPageFile('inbox.html'), { nonce }), {
    script: [`'nonce-${nonce}'`],
    // An e-mail in its sandboxed frame inherits this policy, and e-mails bring their style inline.
    style: ["'self'", "'unsafe-inline'"],
    connect: ["'self'"],
    image: ['data:'],
    frame: ["'self'"],
  });
}
