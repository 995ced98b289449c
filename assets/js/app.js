// What every page has: partial updates, the ground's switch, questions before what cannot be undone.
import htmx from "htmx.org";

window.htmx = htmx;
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0;
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "422", swap: true },
  { code: "[45]..", swap: false, error: true },
];
const token = document.querySelector("meta[name=csrf-token]")?.content;
document.addEventListener("htmx:configRequest", (event) => {
  if (token) event.detail.headers["X-CSRFToken"] = token;
  // An empty filter says nothing: leave it out of the address.
  if (event.detail.verb === "get") {
    for (const [name, value] of [...event.detail.formData.entries()]) if (value === "") event.detail.formData.delete(name);
  }
});
document.addEventListener("htmx:responseError", () => location.reload());

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-ground]")) {
    const ground = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
    document.documentElement.dataset.bsTheme = ground;
    localStorage.setItem("ground", ground);
  }
  event.target.closest("[data-dismiss]")?.closest(".flash")?.remove();
  if (event.target.closest("[data-print]")) window.print();
  const all = event.target.closest("[data-check-all]");
  if (all) for (const box of document.querySelectorAll(`input[name="${all.dataset.checkAll}"]`)) box.checked = all.checked;
});

// Chromium fills the reader's own address into fields about somebody else in spite of "off". A word that it does not
// know stops that. "off" stands there again when the form is sent, so that it does not keep what was typed.
const setFilling = (root, from, to) => {
  for (const field of root.querySelectorAll(`[autocomplete="${from}"]:not(form)`)) field.setAttribute("autocomplete", to);
};
if (navigator.userAgentData?.brands.some(({ brand }) => brand === "Chromium")) {
  htmx.onLoad((root) => setFilling(root, "off", "none"));
  document.addEventListener("submit", (event) => setFilling(event.target, "none", "off"), true);
}

// What drops open closes when the work goes on elsewhere: by a click beside it, by Escape, and after a choice.
const dropped = ".pick[open], .drop[open]";
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll(dropped)) if (!open.contains(event.target)) open.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll(dropped)) {
    if (open.contains(document.activeElement)) open.querySelector("summary").focus();
    open.open = false;
  }
});
document.addEventListener("click", ({ target, detail }) => {
  // An arrow key inside a group of choices clicks too, without a pointer (detail 0): the group stays open then.
  if (detail && target.matches(".pick input[type=radio]")) target.closest(".pick").open = false;
});
document.addEventListener("change", ({ target }) => {
  const fields = [...(target.closest(".pick")?.querySelectorAll("input, select") ?? [])];
  const isSet = (field) => (/radio|checkbox/.test(field.type) ? field.checked : true) && field.value !== "";
  target.closest(".pick")?.classList.toggle("is-set", fields.some(isSet));
});
document.addEventListener("submit", ({ target }) => {
  for (const open of target.querySelectorAll(".pick[open]")) open.open = false;
});

let sent = null;
const changed = new Set();
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !confirm(question)) return event.preventDefault();
  changed.delete(event.target); // what was typed into another form of the page would be lost: the browser asks
  if (event.target.method !== "post" || event.target.dataset.again !== undefined) return;
  if (sent === event.target) return event.preventDefault(); // a second click sends nothing twice
  sent = event.target;
});
document.addEventListener("change", (event) => {
  const form = event.target.form ?? event.target;
  if (form.dataset?.guard !== undefined) changed.add(form);
});
document.addEventListener("taken", (event) => changed.delete(event.target)); // another form takes its fields along
addEventListener("beforeunload", (event) => {
  if (!changed.size) return;
  event.preventDefault();
  setTimeout(() => (sent = null)); // runs only for those who stay
});
addEventListener("pageshow", () => (sent = null));

// A venue brings its zone, unless somebody wrote another. The zones of the country that was picked stand first.
document.addEventListener("change", ({ target }) => {
  const zone = target.form?.querySelector("input[data-zone]");
  if (!zone || target.tagName !== "SELECT") return;
  const brought = target.selectedOptions[0]?.dataset.zone;
  const before = zone.dataset.zone || [...target.options].find((option) => option.defaultSelected)?.dataset.zone || "";
  if (brought && [before, ""].includes(zone.value)) zone.value = zone.dataset.zone = brought;
  if (target.name === "country") {
    zone.list.prepend(...[...zone.list.options].filter((option) => option.dataset.country === target.value));
  }
});
