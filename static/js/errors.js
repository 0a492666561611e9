// A request of the page that failed says so where it can be seen, and what to do.

const REASONS = {
  403: "The site did not accept that. Reload the page, sign in again if you are asked to, then try once more.",
  404: "That is not there any more.",
  429: "That was a bit much at once. Wait a minute, then try again.",
};

document.addEventListener("htmx:responseError", ({ detail }) => {
  // A page that can't be shown is asked for in full: the site's own error page says it best.
  if (detail.requestConfig.verb === "get") location.assign(detail.pathInfo.finalRequestPath);
  else tell(REASONS[detail.xhr.status] ?? "Something broke on our side, and nothing was changed. Please try again.");
});

for (const event of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(event, () => tell("The site can’t be reached, and nothing was changed. Please try again."));
}

document.addEventListener("htmx:afterOnLoad", ({ detail }) => detail.xhr.status < 400 && hide());

document.addEventListener("click", ({ target }) => target.closest("#problem button") && hide());

function tell(words) {
  const problem = document.getElementById("problem");
  problem.querySelector("p").textContent = words;
  problem.hidden = false;
}

function hide() {
  document.getElementById("problem").hidden = true;
}
