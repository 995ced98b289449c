// Runs before the page is painted: the remembered ground, so that nothing flashes.
const kept = localStorage.getItem("ground");
const dark = kept ? kept === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
