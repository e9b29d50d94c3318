// The editor's text area: jump to a problem, say where the cursor is, guard what was typed.
const source = document.querySelector("#source");
const place = document.querySelector("[data-place]");
const saved = source.defaultValue;
let leaving = false;

// Columns count characters as people do; the selection counts UTF-16 units.
function offsetOf(line, column) {
  const lines = source.value.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  const inLine = [...(lines[line - 1] ?? "")].slice(0, column - 1).join("").length;
  return before + inLine;
}

function jump(event) {
  const link = event.target.closest("[data-line]");
  if (!link) return;
  event.preventDefault();
  const line = Number(link.dataset.line);
  const start = offsetOf(line, Number(link.dataset.column));
  const rest = source.value.slice(start).split("\n", 1)[0].length;
  source.focus();
  source.setSelectionRange(start, start + rest);
  const height = parseFloat(getComputedStyle(source).lineHeight);
  source.scrollTop = Math.max(0, (line - 4) * height);
  source.scrollIntoView({ block: "nearest" });
  showPlace();
}

function showPlace() {
  const before = source.value.slice(0, source.selectionStart).split("\n");
  place.textContent = `Line ${before.length}, column ${[...before.at(-1)].length + 1}. Tab leaves the text.`;
}

document.addEventListener("click", jump);
for (const type of ["keyup", "click", "input"]) source.addEventListener(type, showPlace);
source.form.addEventListener("submit", () => { leaving = true; });
addEventListener("beforeunload", (event) => {
  if (!leaving && source.value !== saved) event.preventDefault();
});
