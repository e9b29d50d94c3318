// The keys 1 to 9 choose an option; a switch on the page turns them off.
const options = [...document.querySelectorAll(".option input")];
const toggle = document.querySelector("[data-keys-switch]");
const isTyping = (target) => target.closest("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])");

if (options.length && toggle) {
  toggle.closest("[hidden]").hidden = false;
  toggle.checked = localStorage.getItem("tf:keys") !== "off";
  toggle.addEventListener("change", () => localStorage.setItem("tf:keys", toggle.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    const option = options[Number(event.key) - 1];
    if (!option || !toggle.checked || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    event.preventDefault();
    option.focus();
    option.click();
  });
}
