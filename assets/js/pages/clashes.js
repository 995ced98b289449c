// What is to look at by keyboard: J and K walk, 1 to 3 take what is proposed, A goes to the field that leaves it so.
// On a phone one thing shows at a time, and the two buttons walk.
function walk() {
  const list = document.querySelector("[data-looks]");
  const steps = document.querySelector("[data-steps]");
  if (!list || !steps || list.dataset.walked !== undefined) return;
  list.dataset.walked = "";
  const looks = [...list.querySelectorAll("[data-look]")];
  let at = 0;

  function show(move, focus = true) {
    looks[at].classList.remove("is-at");
    at = Math.max(0, Math.min(looks.length - 1, at + move));
    looks[at].classList.add("is-at");
    steps.querySelector("[data-place]").textContent = `${at + 1} / ${looks.length}`;
    if (focus) {
      looks[at].focus({ preventScroll: true });
      looks[at].scrollIntoView({ block: "nearest" });
    }
  }
  steps.hidden = false;
  list.classList.add("is-walked");
  const wrong = looks.findIndex((look) => look.querySelector("[aria-invalid]"));
  const kept = Number(sessionStorage.getItem("look") ?? 0); // after a form the walk goes on where it was
  sessionStorage.removeItem("look");
  list.addEventListener("submit", () => sessionStorage.setItem("look", at));
  show(wrong >= 0 ? wrong : kept, false);
  if (document.activeElement === document.body) looks[at].focus({ preventScroll: !kept && wrong < 0 });
  steps.addEventListener("click", (event) => {
    const step = event.target.closest("[data-step]");
    if (step) show(Number(step.dataset.step), false);
  });
  list.addEventListener("focusin", (event) => {
    const place = looks.indexOf(event.target.closest("[data-look]"));
    if (place >= 0 && place !== at) show(place - at, false);
  });
  list.closest("main").addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !list.isConnected) return;
    const key = event.key.toLowerCase();
    if (event.target.matches("input, textarea, select")) {
      if (key === "escape") looks[at].focus();
      return;
    }
    if (key === "j" || event.code === "KeyJ") show(1);
    else if (key === "k" || event.code === "KeyK") show(-1);
    else if (key === "a" || event.code === "KeyA") looks[at].querySelector("[data-leave]")?.focus();
    else if (/^[123]$/.test(key)) looks[at].querySelector(`[data-remedy="${key}"]`)?.click();
    else return;
    event.preventDefault();
  });
}
walk();
document.addEventListener("htmx:afterSwap", walk);
