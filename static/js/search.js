// What htmx leaves open while one types: where Back leads, and what stands in the field after it. Loaded by who searches.
import "./complete.js";
import "./narrow.js";

const words = (address) => new URL(address, location).searchParams.get("q") ?? "";

// From the feed a search is a step; its further letters are not. What is chosen beside the results is one again.
document.addEventListener("htmx:beforeHistoryUpdate", ({ detail: { history, requestConfig } }) => {
  const isTyping = requestConfig.elt.id === "search" && requestConfig.triggeringEvent.type !== "change";
  if (isTyping && words(location).trim()) history.type = "replace";
  // Where nothing is looked for stands the feed, under the feed's own address.
  if (isTyping && history.path && !words(history.path).trim()) history.path = new URL(history.path, location).pathname;
});

// An arXiv id leads to the paper's own page, which is no part of this one.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { elt } = detail.requestConfig;
  if (elt.id !== "search" || new URL(detail.xhr.responseURL).pathname === new URL(elt.action).pathname) return;
  detail.shouldSwap = false;
  location.assign(detail.xhr.responseURL);
});

// Back and Forward change what is looked for, and so does a press on a tab, unless somebody has begun to type since.
document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
  const { elt, triggeringEvent } = detail.requestConfig;
  const field = document.getElementById("q");
  if (target.id !== "feed" || elt.id === "search" || (triggeringEvent && document.activeElement === field)) return;
  field.value = words(detail.pathInfo.finalRequestPath);
});
