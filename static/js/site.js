// Everything the pages do beyond links, forms and htmx. Without it nothing is lost but comfort.
import "./announce.js";
import "./clip.js";
import "./clipboard.js";
import "./errors.js";
import "./feed.js";
import "./keys.js";
import "./menu.js";
import "./time.js";
import "./upvote.js";

document.addEventListener("focusin", ({ target }) => target.id === "q" && import("./search.js"));
