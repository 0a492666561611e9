// Where the focus goes when the feed is swapped, or grows.
import { announce } from "./announce.js";

let last; // the last card before a page's end, while the next page's cards come in

document.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
  if (target.id === "more" && detail.shouldSwap) last = target.previousElementSibling;
});

document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (last) readOn();
  if (target.id === "feed") begin(target);
});

function readOn() {
  const papers = [...document.querySelectorAll("[data-paper]")];
  const fresh = papers.slice(papers.indexOf(last) + 1);
  last = undefined;
  fresh[0]?.querySelector("h3 a").focus();
  announce(`${fresh.length} more papers`);
}

function begin(feed) {
  // A tab or an arrow that is still there has kept the focus, to be pressed again; otherwise reading begins at the date.
  if (document.activeElement === document.body) document.getElementById("feed-title").focus({ preventScroll: true });
  if (feed.getBoundingClientRect().top < 0) feed.scrollIntoView();
}
