// Answers on their way: written to this device first, then to the server.
// The highest sequence number wins on both sides; the server may be out of reach.
// The form's autocomplete is off: a browser that fills in what it remembers looks like an answer.
import { csrfToken } from "./forms.js";

const PAUSE = 400;
const LONGEST_WAIT = 15000;

const form = document.querySelector("form[data-draft-url]");
const status = document.querySelector("[data-draft-status]");
const key = form && `tf:draft:${form.dataset.owner}:${form.dataset.variant}`;
let seq = Number(form?.dataset.draftSeq ?? 0);
let timer = 0;
let wait = 1000;

// A slow line: the learner was faster than this script.
const isAnswered = () => [...form.elements].some((input) => input.checked !== input.defaultChecked || (input.type === "textarea" && input.value !== input.defaultValue));

const say = (text) => { if (status.textContent !== text) status.textContent = text; };

function read() {
  const data = new FormData(form);
  return data.has("text") ? { text: data.get("text") } : { chosen: data.getAll("chosen") };
}

function write(answer) {
  if (answer.text !== undefined && form.elements.text) form.elements.text.value = answer.text;
  for (const input of form.querySelectorAll("[name=chosen]")) input.checked = (answer.chosen ?? []).includes(input.value);
}

function kept() {
  try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
}

function keep(entry) {
  try { localStorage.setItem(key, JSON.stringify(entry)); return true; } catch { return false; }
}

function changed() {
  // The clock keeps the order between tabs and devices; + 1 keeps it within this tab.
  seq = Math.max(seq + 1, Date.now());
  say(keep({ seq, answer: read() }) ? "Saving" : "Saving (this browser keeps no copy)");
  later(PAUSE);
}

function later(pause) {
  clearTimeout(timer);
  timer = setTimeout(push, pause);
}

async function push() {
  const entry = kept() ?? (seq > Number(form.dataset.draftSeq) ? { seq, answer: read() } : null);
  if (!entry) return;
  let response;
  try {
    response = await fetch(form.dataset.draftUrl, {
      method: "PUT",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify(entry),
    });
  } catch {
    return retry("Offline: kept on this device");
  }
  if (response.status >= 500) return retry("The server does not answer: kept on this device");
  const result = await response.json().catch(() => ({}));
  if (!response.ok) return say(`Kept on this device only. ${result.message ?? "Reload this page."}`);
  wait = 1000;
  form.dataset.draftSeq = result.seq;
  if (result.seq > entry.seq) return say("Another window has a newer draft: reload to see it");
  if (kept()?.seq !== entry.seq && kept()) return later(0);
  localStorage.removeItem(key);
  say("All changes saved");
}

function retry(text) {
  say(text);
  later(wait);
  wait = Math.min(wait * 2, LONGEST_WAIT);
}

if (form) {
  const entry = kept();
  if (entry && entry.seq > seq) {
    seq = entry.seq;
    write(entry.answer);
    say("Saving");
    later(0);
  } else {
    if (entry) localStorage.removeItem(key);
    if (isAnswered()) changed();
  }
  form.addEventListener("input", changed);
  addEventListener("online", () => later(0));
  document.addEventListener("visibilitychange", () => { if (kept()) later(0); });
}
