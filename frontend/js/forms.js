// Forms: nothing typed is lost by accident, nothing is sent twice by a double click.

let changed = false;

// Leaving a changed form asks first.
export function guard(form) {
  form.addEventListener("input", () => {
    changed = true;
    document.querySelector("[data-changed]")?.removeAttribute("hidden");
    document.querySelector("[data-saved]")?.setAttribute("hidden", "");
  });
  form.addEventListener("submit", () => (changed = false));
}

export const holdBack = (event) => changed && event.preventDefault();

// The server answers a repeat as it answered the first; here the button shows that it has been heard.
export function once(form) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "true";
    event.submitter?.setAttribute("aria-busy", "true");
    return undefined;
  });
}

// The browser's Back shows the page as it was left: it may be sent again.
export function allowAgain() {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
}

// The summary takes the focus; its links give it to the field.
export function leadToErrors(summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const field = event.target.hash && document.querySelector(event.target.hash);
    if (!field) return;
    event.preventDefault();
    field.focus();
  });
}

// A toast only repeats what the page also says: it may go by itself.
export function leave(toast) {
  setTimeout(() => toast.matches(":hover, :focus-within") || toast.remove(), 8000);
}
