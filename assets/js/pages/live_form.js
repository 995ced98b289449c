// The page of a new training: what an answer brings never lands on the field in which somebody is at work.
const form = document.getElementById("plan");
const changed = new Set(); // fields that were changed since the last question left
const unfolded = new Set();

form.addEventListener("input", ({ target }) => changed.add(target.closest("[id^=at-]")?.id));
document.addEventListener("htmx:beforeRequest", () => {
  changed.clear();
  document.getElementById("preview").setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:afterRequest", () => document.getElementById("preview").removeAttribute("aria-busy"));
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target } = event.detail;
  if (changed.has(target.id) || (target.contains(document.activeElement) && target.id !== "at-trainers")) event.detail.shouldSwap = false;
});

// The list of trainers comes anew while somebody ticks in it: the focus stays on the same person.
let focused = null;
document.addEventListener("htmx:beforeSwap", () => {
  const { activeElement } = document;
  focused = activeElement?.closest("#at-trainers, #preview") ? [activeElement.name, activeElement.value, activeElement.closest("[data-key]")?.dataset.key] : null;
  unfolded.clear();
  for (const open of document.querySelectorAll("#preview details[open]")) unfolded.add(open.dataset.key);
});
document.addEventListener("htmx:afterSettle", () => {
  for (const one of document.querySelectorAll("#preview details")) one.open ||= unfolded.has(one.dataset.key);
  if (!focused || !(document.activeElement === document.body || !document.activeElement)) return;
  const [name, value, key] = focused;
  const found = [...form.elements].find((one) => one.name === name && one.value === value);
  (found ?? document.querySelector(`#preview [data-key="${key}"] summary`) ?? document.querySelector("#preview button, #preview input"))?.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(form.querySelector("button.btn-primary"));
});

// What was refused stands first in the eye: the first clash, if that is what it is.
if (document.querySelector(".summary")) {
  const clash = document.querySelector("#preview .finding.hard");
  if (clash && !document.querySelector("[aria-invalid=true]")) {
    clash.tabIndex = -1;
    clash.focus();
  }
}
