// The register by keyboard: arrows move, a letter marks and goes on to the next person, Z takes back, S saves.
// The page's other buttons take along what is marked and not saved yet.
const form = document.getElementById("register");
const marks = ["present", "late", "left_early", "excused", "absent"];
const lettered = (text) => Object.fromEntries([...text.toLowerCase()].map((letter, place) => [letter, marks[place]]));
const isLatin = (text) => /^[ -~]+$/.test(text);

if (form?.dataset.keys !== undefined) {
  const ofPage = form.dataset.keys;
  // A page in letters that are not Latin takes the English ones too: its reader may have either layout on.
  const letters = { ...(isLatin(ofPage) ? {} : lettered("plexa")), ...lettered(ofPage), backspace: "", delete: "" };
  const rows = [...form.querySelectorAll("[data-row]")];
  const done = [];
  let at = 0;
  let isIn = false; // whether somebody moves by keys already: the first arrow goes to the first person, not past them
  rows[at]?.classList.add("is-at");
  const undo = form.querySelector("[data-undo]");
  const told = form.querySelector("[data-changed]");
  const rest = document.querySelector('form[action$="/all-present"] button');
  const radios = (row) => [...row.querySelectorAll("input[type=radio]")];
  const current = (row) => radios(row).find((radio) => radio.checked)?.value ?? "";

  function show(move) {
    rows[at]?.classList.remove("is-at");
    const open = rows.filter((row) => row === rows[at] || !row.closest("details:not([open])"));
    const place = Math.max(0, Math.min(open.length - 1, open.indexOf(rows[at]) + (isIn ? move : 0)));
    at = rows.indexOf(open[place]);
    isIn = true;
    rows[at]?.classList.add("is-at");
    (radios(rows[at]).find((radio) => radio.checked) ?? radios(rows[at])[0])?.focus({ preventScroll: true });
    rows[at]?.scrollIntoView({ block: "nearest" });
  }
  function tell() {
    const count = rows.filter((row) => {
      const was = row.querySelector("[name^=was-]").value.split("|")[0];
      return was !== current(row);
    }).length;
    told.textContent = count ? told.dataset.changed.replace("#", count) : "";
    if (rest && count) rest.lastChild.textContent = form.dataset.rest;
    undo.hidden = !done.length;
  }
  function mark(row, value) {
    done.push([row, current(row)]);
    for (const radio of radios(row)) radio.checked = radio.value === value;
    form.dispatchEvent(new Event("change", { bubbles: true }));
    form.dataset.dirty = "";
    tell();
  }
  function back() {
    const last = done.pop();
    if (!last) return;
    for (const radio of radios(last[0])) radio.checked = radio.value === last[1];
    at = rows.indexOf(last[0]);
    show(0);
    tell();
  }
  const before = new WeakMap(rows.map((row) => [row, current(row)]));
  form.addEventListener("change", (event) => {
    const row = event.target.closest?.("[data-row]");
    if (!row || event.target.type !== "radio") return;
    done.push([row, before.get(row)]);
    before.set(row, current(row));
    rows[at]?.classList.remove("is-at");
    at = rows.indexOf(row);
    row.classList.add("is-at");
    isIn = true;
    tell();
  });
  undo.addEventListener("click", back);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input:not([type=radio]), textarea, select")) return;
    const typed = event.key.toLowerCase();
    // On a layout without Latin letters, a key that is no letter of the page counts by its place: я is Z, ы is S.
    const key = typed in letters || isLatin(typed) ? typed : event.code.replace(/^Key/, "").toLowerCase();
    if (key === "arrowdown" || key === "arrowup") show(key === "arrowdown" ? 1 : -1);
    else if (key in letters) {
      isIn = true;
      mark(rows[at], letters[key]);
      before.set(rows[at], letters[key]);
      show(1);
    } else if (key === "z") back();
    else if (key === "s") form.requestSubmit();
    else return;
    event.preventDefault();
  });
  const takesAlong = (other) => /\/register\/(door|all-present|rest-absent|close)$/.test(new URL(other.action).pathname);
  document.addEventListener("formdata", (event) => {
    if (!takesAlong(event.target)) return;
    for (const [name, value] of new FormData(form)) {
      if (/^(was|status|version|arrived|left|early)-/.test(name)) event.formData.append(name, value);
    }
  });
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented && takesAlong(event.target)) form.dispatchEvent(new Event("taken", { bubbles: true }));
  });
}
