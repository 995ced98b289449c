// The page of a new training: what an answer brings never lands on the field in which somebody is at work.
const form = document.getElementById("plan");
const changed = new Set(); // fields that were changed since the last question left
const unfolded = new Set();

form.addEventListener("input", ({ target }) => changed.add(target.closest("[id^=at-]")?.id));
document.addEventListener("htmx:beforeRequest", () => {
  changed.clear();
  document.getElementById("preview").setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:afterRequest", () => document.getElementById("preview")?.removeAttribute("aria-busy"));
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (changed.has(event.detail.target.id)) event.detail.shouldSwap = false;
});

// What has the focus may come anew: the focus stays on it, or on what stands for the same thing.
let focused = null;
document.addEventListener("htmx:beforeSwap", () => {
  const { activeElement } = document;
  const { id, name, value } = activeElement ?? {};
  focused = activeElement?.closest("#plan [id^=at-], #preview") ? { id, name, value, key: activeElement.closest("[data-key]")?.dataset.key } : null;
  unfolded.clear();
  for (const open of document.querySelectorAll("#preview details[open]")) unfolded.add(open.dataset.key);
});
document.addEventListener("htmx:afterSettle", () => {
  for (const one of document.querySelectorAll("#preview details")) one.open ||= unfolded.has(one.dataset.key);
  if (!focused || (document.activeElement && document.activeElement !== document.body)) return;
  const same = [...form.elements].find(({ name, value }) => name === focused.name && value === focused.value);
  const near = document.querySelector(`#preview [data-key="${focused.key}"] summary`) ?? document.querySelector("#preview button, #preview input[type=checkbox]");
  ((focused.id && document.getElementById(focused.id)) || same || near)?.focus();
});

// Whoever saves while an answer is on its way saves what it brings.
let waiting = null;
form.addEventListener("submit", (event) => {
  if (!document.querySelector("#preview[aria-busy]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  waiting = event.submitter ?? form.querySelector("button.btn-primary");
});
document.addEventListener("htmx:afterSettle", () => {
  if (!waiting) return;
  const submitter = waiting;
  waiting = null;
  setTimeout(() => form.requestSubmit(submitter.isConnected ? submitter : form.querySelector("button.btn-primary")));
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
