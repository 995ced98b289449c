// A training's timetable by keyboard and by ticking. What it does is done by the page's own links and forms.
const table = () => document.querySelector("[data-timetable]");
const boxes = () => [...document.querySelectorAll('input[name="session"][form="plan"]:not(:disabled)')];
const rows = () => [...(table()?.querySelectorAll("tr[data-row]") ?? [])];
const codes = { KeyM: "m", KeyR: "r", KeyT: "t", KeyX: "x", KeyN: "n", KeyZ: "z" };
let origin = null; // what opened the panel: the focus comes back to it
let last = null; // the box that was ticked last: Shift ticks all between

function tell() {
  for (const keys of document.querySelectorAll("[data-keys]")) keys.hidden = false;
  const some = boxes().filter((box) => box.checked);
  const told = document.querySelector("[data-ticked]");
  if (told) told.textContent = some.length ? told.dataset.some.replace("#", some.length) : told.dataset.all;
  for (const day of document.querySelectorAll("[data-tick-day]")) {
    const own = boxes().filter((box) => day.closest("tbody").contains(box));
    day.checked = own.length > 0 && own.every((box) => box.checked);
    day.disabled = !own.length;
  }
  const all = document.querySelector("[data-tick-all]");
  if (all) all.checked = some.length > 0 && some.length === boxes().length;
}

document.addEventListener("click", (event) => {
  const box = event.target.closest?.('input[name="session"][form="plan"]');
  if (box) {
    const list = boxes();
    const [from, to] = [list.indexOf(last), list.indexOf(box)].sort((a, b) => a - b);
    if (event.shiftKey && from >= 0) for (const one of list.slice(from, to + 1)) one.checked = box.checked;
    last = box;
    tell();
  }
  const opener = event.target.closest?.("#timetable [hx-get]");
  if (opener) setOrigin(opener);
  if (event.target.closest?.("[data-close-panel]") && document.getElementById("timetable")) {
    event.preventDefault();
    close();
  }
});

document.addEventListener("change", ({ target }) => {
  if (target.matches?.("[data-tick-all]")) for (const box of boxes()) box.checked = target.checked;
  if (target.matches?.("[data-tick-day]")) {
    for (const box of boxes()) if (target.closest("tbody").contains(box)) box.checked = target.checked;
  }
  if (target.matches?.("[data-tick-all], [data-tick-day]")) tell();
});

// What is gone is stood for by its neighbours: a trainer who was replaced by who teaches there now, else by the row.
function setOrigin(element) {
  const row = element.closest("tr[data-row]");
  origin = { id: element.id, key: element.dataset.key, row: row?.dataset.row, cell: row && [...row.cells].indexOf(element.closest("td")) };
}
function thing() {
  if (!origin) return null;
  const row = document.querySelector(`tr[data-row="${origin.row}"]`);
  return (
    (origin.id && document.getElementById(origin.id)) ||
    (origin.key && document.querySelector(`[data-key="${origin.key}"]`)) ||
    row?.cells[origin.cell]?.querySelector("a, button, input:not(:disabled)") ||
    row?.querySelector("a, button, input:not(:disabled)")
  );
}

function close() {
  document.getElementById("panel")?.replaceChildren();
  (thing() || table()?.querySelector("a, input"))?.focus();
}

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target.id === "panel") {
    const panel = document.getElementById("panel");
    panel.scrollIntoView({ block: "nearest" });
    const first = panel.querySelector("[role=alert], [autofocus]") ?? panel.querySelector("input:not([type=hidden]), button");
    first?.focus();
    if (first?.matches("input")) first.select?.();
  }
  if (document.getElementById("timetable") && !document.querySelector("#panel > *")) {
    tell();
    if (document.activeElement === document.body) (thing() || document.querySelector("#timetable td a, #timetable a"))?.focus();
  }
});

function step(by) {
  const list = rows();
  const at = list.indexOf(document.activeElement?.closest?.("tr[data-row]"));
  const next = list[Math.max(0, Math.min(list.length - 1, at < 0 ? 0 : at + by))];
  next?.querySelector("input:not(:disabled), a, button")?.focus();
}

// Letters work while the timetable has the focus, on any layout of the keyboard.
document.addEventListener("keydown", (event) => {
  const here = event.target.closest?.("#timetable") && !event.target.closest("#panel");
  if (event.key === "Escape" && document.querySelector("#panel > *")) return close();
  const typing = event.target.matches?.("input:not([type=checkbox]), textarea, select");
  if (typing) return;
  const letter = /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : codes[event.code];
  if ((event.ctrlKey || event.metaKey) && letter === "z" && !event.shiftKey && !event.altKey) {
    const undo = document.querySelector("#said [data-undo], [data-last-step] [data-undo]");
    if (undo && (here || event.target === document.body)) {
      event.preventDefault();
      undo.click();
    }
    return;
  }
  if (!here || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    return step(event.key === "ArrowDown" ? 1 : -1);
  }
  const button = letter && document.querySelector(`#timetable [data-key="${letter}"]`);
  if (!button) return;
  event.preventDefault();
  const row = document.activeElement.closest("tr[data-row]");
  const box = row?.querySelector('input[name="session"]:not(:disabled)');
  if (letter !== "n" && box && !boxes().some((one) => one.checked)) {
    box.checked = true; // a letter means the row on which it is pressed, unless others are ticked
    tell();
  }
  const from = document.activeElement;
  button.click();
  setOrigin(from);
});

tell();
