// The planning board by keyboard and by dragging. Arrows walk its cells. M, or the mouse, picks a training up: one request
// says what every place is for it, all cells are painted at once, and holding over one costs no request. What is dropped is
// sent as the page's own form, so that the server has the last word and Undo is there.
const table = document.querySelector("[data-board]");
const kind = table?.dataset.board;
const rows = [...(table?.tBodies[0].rows ?? [])].map((row) => [...row.querySelectorAll("td")]);
const heads = [...(table?.tHead.querySelectorAll("[data-day]") ?? [])];
const days = heads.map((head) => head.dataset.day);
const told = document.querySelector("[data-board-said]");
const form = document.querySelector("[data-put]");
const help = document.querySelector("[data-keys-help]");
const codes = { KeyM: "m", KeyN: "n", KeyT: "t", KeyZ: "z" };
const DAY = 86400000;
let held = null; // what is picked up: its places, where it was, and how many days its first day lies before that cell
let over = null;

const say = (text) => told && (told.textContent = text);
const at = (cell) => {
  const row = cell.parentElement;
  const [y, x] = [[...table.tBodies[0].rows].indexOf(row), rows[[...table.tBodies[0].rows].indexOf(row)].indexOf(cell)];
  return { row, y, x };
};
const nameOf = (row) => row.querySelector("th a, th bdi")?.textContent.trim() ?? "";
const placeOf = (cell) => `${heads[at(cell).x].title}, ${nameOf(at(cell).row)}`;

// Walking

function enter(cell, focus = true) {
  for (const other of table.querySelectorAll('td[tabindex="0"]')) other.tabIndex = -1;
  for (const link of table.querySelectorAll("td a:not([tabindex])")) link.tabIndex = -1;
  for (const link of table.querySelectorAll('td a[tabindex="0"]')) link.tabIndex = -1;
  cell.tabIndex = 0;
  for (const link of cell.querySelectorAll("a")) link.tabIndex = 0; // Tab goes on within a cell
  if (focus) cell.focus();
}

function walk(cell, dx, dy) {
  const { x, y } = at(cell);
  const row = rows[Math.max(0, Math.min(rows.length - 1, y + dy))];
  const next = row[Math.max(0, Math.min(row.length - 1, x + dx))];
  enter(next);
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (held) say(sentence(next));
}

// Picking up

function verdict(cell) {
  const { row, x } = at(cell);
  const day = new Date(Date.parse(days[x]) - held.offset * DAY).toISOString().slice(0, 10);
  const [is, text, more] = held.places[row.dataset.row]?.[days.indexOf(day)] ?? ["hard", table.dataset.outside, 0];
  return { is, day, text: more ? `${text} (+${more})` : text };
}
const sentence = (cell) => `${placeOf(cell)}: ${verdict(cell).text}`;

async function pickUp(link) {
  const cell = link.closest("td");
  const { row } = at(cell);
  const mine = { id: link.dataset.training, from: cell, code: link.title.split(" ")[0] };
  const query = new URLSearchParams(location.search);
  if (kind === "trainers") query.set("instead", row.dataset.row);
  say(table.dataset.asks);
  held = { ...mine, places: null };
  let found;
  try {
    const answer = await fetch(`${table.dataset.where}/${mine.id}?${query}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status);
    found = await answer.json();
  } catch {
    found = { refused: table.dataset.failed };
  }
  if (held?.id !== mine.id || held.from !== cell || held.places) return; // put back meanwhile
  if (found.refused) {
    held = null;
    return say(found.refused);
  }
  const { wanted } = held; // it was dropped before the answer came
  const offset = Math.round((Date.parse(days[at(cell).x]) - Date.parse(found.first)) / DAY);
  held = { ...mine, ...found, wanted, offset, instead: kind === "trainers" ? row.dataset.row : "" };
  for (const line of rows) for (const one of line) one.dataset.is = verdict(one).is;
  link.classList.add("is-held");
  say(`${mine.code}: ${table.dataset.picked}`);
  if (wanted) return drop(wanted);
  if (over) say(sentence(over));
}

function putBack(text) {
  if (!held) return;
  for (const cell of table.querySelectorAll("[data-is]")) delete cell.dataset.is;
  table.querySelector(".is-held")?.classList.remove("is-held");
  const { from } = held;
  held = over = null;
  if (text) {
    enter(from);
    say(text);
  }
}

function drop(cell) {
  if (held && !held.places) held.wanted = cell;
  if (!held?.places) return;
  const place = verdict(cell);
  if (place.is === "here") return putBack(table.dataset.back);
  if (place.is === "hard") {
    const text = sentence(cell);
    if (held.wanted) putBack(text);
    return say(text);
  }
  const { row } = at(cell);
  form.action = `${form.dataset.url}/${held.id}`;
  form.elements.day.value = place.day;
  form.elements.row.value = kind === "trainings" ? "" : row.dataset.row;
  form.elements.instead.value = held.instead === row.dataset.row ? "" : held.instead;
  for (const version of held.seen) {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "seen", value: version });
    form.append(field);
  }
  sessionStorage.setItem("board", JSON.stringify([held.id, row.dataset.row]));
  say(`${placeOf(cell)} …`);
  form.submit();
}

// Keys. Letters work while the board has the focus, on any layout of the keyboard.

function key(event) {
  const cell = event.target.closest("td");
  const letter = /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : codes[event.code];
  if ((event.ctrlKey || event.metaKey) && letter === "z" && !event.shiftKey) {
    document.querySelector("#said [data-undo]")?.click();
    return true;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || !cell) return false;
  const eye = document.documentElement.dir === "rtl" ? -1 : 1;
  const steps = { ArrowLeft: [-eye, 0], ArrowRight: [eye, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], Home: [-99, 0], End: [99, 0] };
  const link = event.target.matches("a") ? event.target : cell.querySelector("a[data-training]") ?? cell.querySelector("a");
  if (steps[event.key]) walk(cell, ...steps[event.key]);
  else if (event.key === "Escape") putBack(table.dataset.back);
  else if (event.key === "Enter" && held) drop(cell);
  else if (event.key === "Enter") link?.click();
  else if (event.key === "PageUp" || event.key === "PageDown" || letter === "t") {
    const where = { PageUp: "before", PageDown: "after" }[event.key] ?? "now";
    document.querySelector(`[data-period="${where}"]`)?.click();
  } else if (event.key === "?") help?.showModal();
  else if (letter === "m" && !held && form) {
    if (link?.dataset.training) pickUp(link);
    else say(table.dataset.nothing);
  } else if (letter === "n" && table.dataset.new) {
    const query = new URLSearchParams({ on: days[at(cell).x] });
    if (kind !== "trainings") query.set({ rooms: "room", trainers: "trainer" }[kind], at(cell).row.dataset.row);
    location.assign(`${table.dataset.new}?${query}`);
  } else return false;
  return true;
}

if (rows.length) {
  table.parentElement.removeAttribute("tabindex"); // its cells have the focus
  for (const one of document.querySelectorAll("[data-with-script]")) one.hidden = false;
  for (const row of rows) for (const cell of row) cell.tabIndex = -1;
  const [id, line] = JSON.parse(sessionStorage.getItem("board") ?? "[]");
  sessionStorage.removeItem("board");
  const moved = id && table.querySelector(`tr[data-row="${line}"] td:has([data-training="${id}"])`);
  enter(moved || rows[0][0], Boolean(moved));
  table.addEventListener("focusin", (event) => {
    const cell = event.target.closest("td");
    if (cell && cell.tabIndex !== 0) enter(cell, event.target === cell);
  });
  table.addEventListener("keydown", (event) => {
    if (key(event)) event.preventDefault();
  });
  document.querySelector("[data-keys-open]")?.addEventListener("click", () => help?.showModal());
  if (form) {
    table.addEventListener("dragstart", (event) => {
      const link = event.target.closest?.("a[data-training]");
      if (!link) return;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", link.title);
      putBack();
      pickUp(link);
    });
    table.addEventListener("dragover", (event) => {
      const cell = event.target.closest?.("td");
      if (!cell || !held) return;
      if (!held.places || verdict(cell).is !== "hard") event.preventDefault();
      if (held.places && over !== cell) say(sentence((over = cell)));
    });
    table.addEventListener("drop", (event) => {
      const cell = event.target.closest?.("td");
      if (!cell || !held) return;
      event.preventDefault();
      drop(cell);
    });
    table.addEventListener("dragend", () => {
      if (form.elements.day.value || held?.wanted) return; // it was dropped
      const text = over && held?.places ? sentence(over) : "";
      putBack();
      if (text) say(text); // why it was not taken stays to be read
    });
  }
}
