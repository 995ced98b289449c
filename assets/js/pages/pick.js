// What was typed for people of a list stays when the list is searched or its page turned.
const typed = new Map();

document.addEventListener("htmx:beforeSwap", () => {
  for (const field of document.querySelectorAll("#pick .given :is(input, textarea, select)")) {
    if (field.value === field.defaultValue) typed.delete(field.name);
    else typed.set(field.name, field.value);
  }
});
document.addEventListener("htmx:afterSettle", () => {
  const form = document.querySelector("#pick form[method=post]");
  for (const [name, value] of typed) {
    let field = form?.elements[name];
    if (!field) {
      // not on this page of the list: sent along, so that the answer can say it
      field = Object.assign(document.createElement("input"), { type: "hidden", name });
      form?.append(field);
    }
    field.value = value;
    field.closest("details")?.setAttribute("open", "");
  }
});
