// A page that watches one thing: fills in what changes, and once that is final reloads,
// or replaces the parts that are named, so that nobody loses their place.
const root = document.querySelector("[data-events]");

function show(state) {
  for (const [name, value] of Object.entries(state)) {
    for (const field of root.querySelectorAll(`[data-field="${name}"]`)) {
      if (field.tagName !== "PROGRESS") field.textContent = value;
      else if (state.total) { field.max = state.total; field.value = value; }
    }
  }
  root.dataset.state = state.state;
}

async function finish() {
  const parts = root.dataset.replaces?.split(" ");
  if (!parts) return location.replace(location.href.split("#")[0]);
  const answer = await fetch(location.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of parts) document.getElementById(id).replaceWith(page.getElementById(id));
  document.querySelector("[data-news]").textContent = root.dataset.news;
}

function watch() {
  const source = new EventSource(root.dataset.events);
  source.addEventListener("state", (event) => {
    const state = JSON.parse(event.data);
    show(state);
    if (!state.final) return;
    source.close();
    finish();
  });
  // A stream that was refused is not tried again by the browser: reload instead.
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
  });
  addEventListener("pagehide", () => source.close());
  // Back from the cache of the browser, closed streams have missed what happened.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

if (root) watch();
const done = document.querySelector("[data-submitted-variant]");
if (done) localStorage.removeItem(`tf:draft:${done.dataset.owner}:${done.dataset.submittedVariant}`);
