// Dialogs: what names one opens it; Escape and the platform do the rest.

export function dialogs(event) {
  const button = event.target.closest?.("[data-dialog], [data-close]");
  if (!button) return;
  const dialog = button.dataset.dialog ? document.getElementById(button.dataset.dialog) : button.closest("dialog");
  if (!dialog) return; // a link to the page of its own still leads there
  event.preventDefault();
  if (button.dataset.dialog) dialog.showModal();
  else dialog.close();
}

// One that comes with the page, or by a swap, opens at once.
export const openDialog = (dialog) => dialog.open || dialog.showModal();

// A launch opens its window while the click is fresh, then asks where to; refused, the answer takes the form's place.
export function launch(form, dress) {
  form.addEventListener("submit", async (event) => {
    if (event.submitter?.formTarget === "_self") return;
    event.preventDefault();
    const opened = window.open("", "_blank");
    if (!opened) return HTMLFormElement.prototype.submit.call(form); // no window may be opened: this one goes there
    let answer;
    try {
      answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form, event.submitter),
        headers: { Accept: "application/json", "HX-Request": "true" },
        credentials: "same-origin",
      });
    } catch {
      opened.close();
      form.target = "_self";
      return HTMLFormElement.prototype.submit.call(form); // the browser says in its own words that nobody answers
    }
    if (answer.ok && answer.headers.get("content-type")?.includes("json")) {
      opened.opener = null;
      opened.location.replace((await answer.json()).location);
      form.closest("dialog")?.close();
      return undefined;
    }
    opened.close();
    const place = document.getElementById(form.dataset.target);
    place.innerHTML = await answer.text();
    dress(place);
    window.htmx?.process(place);
    place.querySelector("[role=alert], [aria-invalid=true]")?.focus?.();
    return undefined;
  });
}
