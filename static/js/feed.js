// What htmx leaves open: back and forward, presses in between, and where the focus goes when the feed is swapped or grows.
import { announce } from "./announce.js";

let last; // the last card before a page's end, while the next page's cards come in

// Back and forward fetch the feed of that address as any other step does; the browser finds the place on the page itself.
document.addEventListener("htmx:historyCacheMiss", (event) => {
  event.preventDefault();
  htmx.ajax("GET", event.detail.path, { source: "#feed > .bar" });
});

// While the old feed is still fading out its links are no longer where one is: a press in that moment is let go.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target.matches("#feed.htmx-swapping")) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
  if (target.id === "more" && detail.shouldSwap) last = target.previousElementSibling;
});

document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
  if (last) readOn();
  if (target.id === "feed") begin(target, detail.requestConfig.triggeringEvent);
});

// A step that overtakes the one before skips its fading, as it should; htmx leaves the browser's word on that unheard.
addEventListener("unhandledrejection", (event) => {
  if (event.reason?.name === "AbortError" && event.reason.message.includes("ransition")) event.preventDefault();
});

function readOn() {
  const papers = [...document.querySelectorAll("[data-paper]")];
  const fresh = papers.slice(papers.indexOf(last) + 1);
  last = undefined;
  fresh[0]?.querySelector("h3 a").focus();
  announce(`${fresh.length} more papers`);
}

function begin(feed, press) {
  // A tab or an arrow that is still there has kept the focus, to be pressed again; otherwise reading begins at the date.
  if (document.activeElement === document.body) document.getElementById("feed-title").focus({ preventScroll: true });
  if (press && feed.getBoundingClientRect().top < 0) feed.scrollIntoView();
}
