// What htmx leaves open while one types: where Back leads, and what stands in the field after it.

const isSearch = (path) => new URL(path, location).searchParams.get("q")?.trim();

// From the feed, a search is a step; its further letters are not. What is chosen beside the results is one again.
document.addEventListener("htmx:beforeHistoryUpdate", ({ detail }) => {
  const { elt, triggeringEvent, path } = { ...detail.requestConfig, path: detail.history.path };
  if (elt.id !== "search" || !path) return;
  if (triggeringEvent?.type !== "change" && isSearch(location)) detail.history.type = "replace";
  if (!isSearch(path)) detail.history.path = new URL(path, location).pathname;
});

let isNarrowing = false; // whether the filters stood open before the swap, on a phone

document.addEventListener("htmx:beforeSwap", (event) => {
  isNarrowing = document.querySelector(".narrow > details")?.open;
  const { elt } = event.detail.requestConfig;
  // An arXiv id has led to the paper's own page, which is no part of this one.
  if (elt.id === "search" && new URL(event.detail.xhr.responseURL).pathname !== new URL(elt.action).pathname) {
    event.detail.shouldSwap = false;
    location.assign(event.detail.xhr.responseURL);
  }
});

document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
  const field = document.getElementById("q");
  const { elt, triggeringEvent } = detail.requestConfig;
  if (target.id !== "feed") return;
  if (elt.id === "search") {
    narrowOn(triggeringEvent);
    return;
  }
  // Who has begun to type after a press on a link goes on; Back and Forward, which no event of the page triggers, don't ask.
  if (triggeringEvent && document.activeElement === field) return;
  field.value = new URL(detail.pathInfo.finalRequestPath, location).searchParams.get("q") ?? "";
});

// Who has chosen one thing may choose another: the filters stay open, and the keyboard where it was.
function narrowOn({ target }) {
  const filters = document.querySelector(".narrow > details");
  if (!filters || !isNarrowing) return;
  filters.open = true;
  if (target.type === "checkbox") document.getElementById(target.id)?.focus({ preventScroll: true });
}
