// An upvote counts at once; if it doesn't arrive, the button goes back to what it was.

document.addEventListener("htmx:beforeRequest", ({ target }) => flip(target));

for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout", "htmx:sendAbort"]) {
  document.addEventListener(failure, ({ target }) => flip(target));
}

function flip(form) {
  if (!form.matches(".upvote-form")) return;
  const button = form.querySelector("button");
  const isUpvoted = button.getAttribute("aria-pressed") !== "true";
  const count = Number(button.dataset.count) + (isUpvoted ? 1 : -1);
  button.dataset.count = count;
  button.setAttribute("aria-pressed", isUpvoted);
  const shown = button.querySelector(".count");
  // From a thousand on the count is shortened, and one more doesn't show.
  if (/^\d+$/.test(shown.textContent)) shown.textContent = count;
  button.setAttribute("aria-label", `${isUpvoted ? "Withdraw your upvote" : "Upvote"}, ${shown.textContent} so far`);
  const label = button.querySelector(".label");
  if (label) label.textContent = isUpvoted ? "Upvoted" : "Upvote";
}
