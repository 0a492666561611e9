// Say in the live region what a swap has brought: new content carries the words in data-announce.

export function announce(words) {
  document.getElementById("status").textContent = words;
}

document.addEventListener("htmx:afterSettle", ({ target }) => {
  const speaker = target.matches("[data-announce]") ? target : target.querySelector("[data-announce]");
  if (speaker) announce(speaker.dataset.announce);
});
