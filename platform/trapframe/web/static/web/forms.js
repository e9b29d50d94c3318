// Every page's forms: sent once, with the newest CSRF token; errors get the focus.

export const csrfToken = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

export const keptDrafts = () => Object.keys(localStorage).filter((key) => key.startsWith("tf:draft:"));

function send(event) {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  if (form.hasAttribute("data-sign-out") && !forgetDrafts()) return event.preventDefault();
  const token = form.elements.csrfmiddlewaretoken;
  // Signing in from another tab changes the token under this page.
  if (token && csrfToken()) token.value = csrfToken();
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
}

// This may be a shared computer: unsent text stays on it only while its owner wants it.
function forgetDrafts() {
  const kept = keptDrafts();
  const question = "Some of your answers on this device have not reached the server yet. Sign out and delete them?";
  if (kept.length && !confirm(question)) return false;
  kept.forEach((key) => localStorage.removeItem(key));
  return true;
}

document.addEventListener("submit", send);
// The back button shows the page as it was left: its forms must work again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
  }
});
document.querySelector("[data-focus]")?.focus();
