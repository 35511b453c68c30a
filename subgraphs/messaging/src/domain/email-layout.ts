/** Scripts that are written from right to left and have living readers. */
const rightToLeft = new Set(['Arab', 'Hebr', 'Syrc', 'Thaa', 'Nkoo', 'Adlm', 'Rohg']);

const font = "font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";

/**
 * The HTML part of an e-mail, made from its text: a paragraph for each, in one column that fits a phone and in the
 * direction of its language. A paragraph that is the one-time code alone stands out. All of the text is escaped, so no
 * value of it becomes markup.
 */
export function layOutEmail(text: string, { locale, subject }: { locale: string; subject: string }): string {
  const dir = directionOf(locale);
  const paragraphs = text.split(/\n\s*\n/).map((paragraph) => `            ${layOutParagraph(paragraph.trim(), dir)}`);
  return `<!doctype html>
<html lang="${escapeHtml(locale)}" dir="${dir}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${escapeHtml(subject)}</title>
  </head>
  <body style="margin: 0; padding: 0">
    <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
      <tr>
        <td align="center" style="padding: 24px 16px">
          <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" dir="${dir}" style="max-width: 560px">
            <tr><td style="${font}; font-size: 16px; line-height: 1.5; text-align: ${dir === 'rtl' ? 'right' : 'left'}">
${paragraphs.join('\n')}
            </td></tr>
          </table>
        </td>
      </tr>
    </table>
  </body>
</html>`;
}

/** The direction that a language is written in. */
function directionOf(locale: string): 'ltr' | 'rtl' {
  return rightToLeft.has(new Intl.Locale(locale).maximize().script ?? '') ? 'rtl' : 'ltr';
}

function layOutParagraph(text: string, dir: 'ltr' | 'rtl'): string {
  if (/^\d{4,10}$/.test(text)) {
    return `<p dir="ltr" style="margin: 0 0 16px; font-size: 32px; font-weight: bold; letter-spacing: 6px; text-align: ${dir === 'rtl' ? 'right' : 'left'}">${text}</p>`;
  }
  return `<p style="margin: 0 0 16px">${escapeHtml(text).replaceAll('\n', '<br>\n')}</p>`;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
