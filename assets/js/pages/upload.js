// Sending a list over a slow line: how much has gone, and that it is being read. Without this, the form sends itself.
const form = document.querySelector("form[data-upload]");

form?.addEventListener("submit", (event) => {
  const file = form.querySelector("input[type=file]")?.files[0];
  if (!file) return;
  event.preventDefault();
  const shown = form.querySelector(".sending");
  const bar = shown.querySelector("progress");
  const buttons = form.querySelectorAll("button");
  const request = new XMLHttpRequest();
  shown.hidden = false;
  for (const button of buttons) button.disabled = true;
  request.upload.addEventListener("progress", ({ loaded, total }) => (bar.value = (100 * loaded) / total));
  request.upload.addEventListener("load", () => {
    bar.removeAttribute("value");
    shown.querySelector("[data-reading]").hidden = false;
  });
  request.addEventListener("load", () => {
    if (request.status < 400) return location.assign(request.responseURL);
    const answer = new DOMParser().parseFromString(request.responseText, "text/html");
    document.querySelector("main").replaceChildren(...answer.querySelector("main").childNodes);
    document.querySelector("main [role=alert]")?.focus();
  });
  request.addEventListener("error", () => {
    shown.hidden = true;
    for (const button of buttons) button.disabled = false;
    form.submit();
  });
  request.open("POST", form.action || location.href);
  request.send(new FormData(form));
});
