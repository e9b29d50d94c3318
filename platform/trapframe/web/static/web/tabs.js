// Views of one thing as tabs. Without scripts they are sections, with links to them.

function open(tabs, chosen) {
  for (const tab of tabs) {
    const isOpen = tab === chosen;
    tab.setAttribute("aria-selected", isOpen);
    tab.tabIndex = isOpen ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !isOpen;
  }
}

function onKey(event, tabs) {
  const at = tabs.indexOf(event.target.closest("[role=tab]"));
  const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const tab = tabs.at(next % tabs.length);
  open(tabs, tab);
  tab.focus();
}

function start(root) {
  const list = root.querySelector("[data-tab-list]");
  const tabs = [...list.querySelectorAll("a")];
  list.setAttribute("role", "tablist");
  for (const tab of tabs) {
    const panel = document.getElementById(tab.hash.slice(1));
    tab.parentElement.setAttribute("role", "presentation");
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    panel.tabIndex = 0;
    tab.addEventListener("click", (event) => { event.preventDefault(); open(tabs, tab); });
  }
  list.addEventListener("keydown", (event) => onKey(event, tabs));
  open(tabs, tabs.find((tab) => tab.hash === location.hash) ?? tabs[0]);
}

document.querySelectorAll("[data-tabs]").forEach(start);
