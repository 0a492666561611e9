// A button with data-copies="id" copies that element's text.
import { announce } from "./announce.js";

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copies]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copies);
  try {
    await navigator.clipboard.writeText(source.textContent);
    say(button, "Copied");
  } catch {
    // Without https a page may not write there: the text is marked, ready for the reader's own hand.
    getSelection().selectAllChildren(source);
    say(button, "Marked: copy it with Ctrl+C");
  }
});

function say(button, words) {
  button.querySelector("span").textContent = words;
  announce(words);
}
