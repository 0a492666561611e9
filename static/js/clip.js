// The video behind a cover plays, without its sound, while its card is pointed at or has the focus; never for those who
// prefer less motion, and not under a finger, which would only be on its way elsewhere.

const still = matchMedia("(prefers-reduced-motion: reduce)");

document.addEventListener("pointerover", ({ target, pointerType }) => {
  if (pointerType === "mouse") play(target.closest(".card"));
});

document.addEventListener("pointerout", ({ target, relatedTarget }) => leave(target.closest(".card"), relatedTarget));

document.addEventListener("focusin", ({ target }) => {
  if (target.matches(":focus-visible")) play(target.closest(".card"));
});

document.addEventListener("focusout", ({ target, relatedTarget }) => leave(target.closest(".card"), relatedTarget));

function play(card) {
  const picture = card?.querySelector("[data-video]");
  if (!picture || still.matches || card.querySelector(".cover > video")) return;
  const video = document.createElement("video");
  Object.assign(video, { src: picture.dataset.video, muted: true, loop: true, playsInline: true });
  video.setAttribute("aria-hidden", "true");
  // Until its first frame is there one sees the picture, and where it never comes, too.
  video.addEventListener("playing", () => video.classList.add("plays"));
  picture.after(video);
  video.play().catch(() => video.remove());
}

function leave(card, next) {
  if (!card || card.contains(next)) return;
  const video = card.querySelector(".cover > video");
  // Without its source it stops loading, too.
  video?.removeAttribute("src");
  video?.load();
  video?.remove();
}
