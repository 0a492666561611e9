// Who has chosen one thing may choose another: what was unfolded of the filters stays so, and the keyboard where it was.
let unfolded = [];
let focused = "";
document.addEventListener("htmx:beforeSwap", ({ target }) => {
  if (target.id !== "feed") return;
  unfolded = [...document.querySelectorAll(".narrow details[open]")].map(({ id }) => id);
  focused = document.activeElement.closest(".narrow") ? document.activeElement.id : "";
});
document.addEventListener("htmx:afterSwap", () => {
  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  [unfolded, focused] = [[], ""];
});
