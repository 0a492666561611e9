// The keyboard: ← → between periods, j k between papers, u upvotes, / searches, ? lists the keys.

const KEYS = {
  ArrowLeft: () => turn("previous-period"),
  ArrowRight: () => turn("next-period"),
  j: () => move(+1),
  k: () => move(-1),
  u: () => (current() ?? document).querySelector(".upvote")?.click(),
  "/": () => document.getElementById("q")?.focus(),
  "?": () => document.getElementById("keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (!(event.key in KEYS) || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable], dialog")) return;
  // A key that is held down moves on through the papers, but votes and turns pages once.
  if (event.repeat && !"jk".includes(event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-opens]");
  if (!link) return;
  event.preventDefault();
  document.getElementById(link.dataset.opens).showModal();
});

function turn(arrow) {
  // A page on its way brings new arrows; the old ones would only ask for it again.
  if (!document.querySelector("#feed.htmx-request")) document.getElementById(arrow)?.click();
}

function current() {
  return document.activeElement.closest("[data-paper]");
}

function move(step) {
  const papers = [...document.querySelectorAll("[data-paper]")];
  const here = papers.indexOf(current());
  const paper = here < 0 ? papers.find(isInView) : papers[here + step];
  if (!paper) return;
  paper.querySelector("h3 a").focus({ preventScroll: true });
  paper.scrollIntoView({ block: "nearest" });
}

function isInView(paper) {
  return paper.getBoundingClientRect().bottom > 0;
}
