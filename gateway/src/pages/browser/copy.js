/** Puts the text on the clipboard; also where the page is not a secure context, as on another machine's address. */
export async function copyText(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'unseen';
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  if (!copied) throw new Error('The browser refused to copy.');
}

/** Lets the button copy the text, and say so for a moment: to the eye on the button, to the ear in `announcement`. */
export function copyOnClick(button, text, announcement) {
  const label = button.textContent;
  let timer;
  button.addEventListener('click', async () => {
    const done = await copyText(text).then(
      () => 'Copied',
      () => 'Select it and copy',
    );
    button.textContent = done;
    announcement.textContent = done;
    clearTimeout(timer);
    timer = setTimeout(() => {
      button.textContent = label;
      announcement.textContent = '';
    }, 1_500);
  });
}
