// A field with data-completes="address" offers what the end of its text may become: an ARIA combobox. The address answers
// ?q=… with {completions: [{kind, label, detail, typed, fills}]}; `fills` comes in the place of `typed`. With data-sends
// the form is sent once something is chosen.
import { announce } from "./announce.js";

// Milliseconds after the last key: shorter than it takes to read what is offered.
const PAUSE = 120;
// Characters: as many as a search may have, and few enough for an address.
const LONGEST = 250;
const STEPS = { ArrowDown: +1, ArrowUp: -1 };
let timer, request;

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-completes]")) return;
  close(target);
  timer = setTimeout(offer, PAUSE, target);
});

document.addEventListener("keydown", (event) => {
  const { target: field, key } = event;
  // A key that composes a letter is not one of these.
  if (!field.matches?.("[data-completes]") || event.isComposing) return;
  const list = listOf(field);
  if (key in STEPS && !event.altKey && list) {
    event.preventDefault();
    move(field, list, STEPS[key]);
  } else if (key === "ArrowDown" && field.value) {
    event.preventDefault();
    offer(field);
  } else if (key === "Enter" && chosenOf(list)) {
    event.preventDefault();
    fill(field, chosenOf(list));
  } else if (key === "Escape" && list) {
    // Nothing else of the page's closes with it, and a search field is not emptied.
    event.preventDefault();
    event.stopPropagation();
    close(field);
  }
}, true);

// The field keeps the focus. A finger that scrolls the list presses it, too: only a click chooses.
document.addEventListener("mousedown", (event) => event.target.closest(".completions") && event.preventDefault());

document.addEventListener("click", ({ target }) => {
  const option = target.closest(".completions [role=option]");
  if (option) fill(document.getElementById(option.parentElement.dataset.field), option);
});

document.addEventListener("focusout", ({ target }) => target.matches("[data-completes]") && close(target));

// What is sent is no longer being typed.
document.addEventListener("submit", ({ target }) => closeAll(target), true);

// Nor is it where the page has gone elsewhere; what comes in because somebody types leaves the list as it is.
document.addEventListener("htmx:afterSwap", ({ detail: { requestConfig } }) => {
  if (requestConfig.triggeringEvent?.type !== "input") closeAll(document);
});

async function offer(field) {
  stop();
  const { signal } = (request = new AbortController());
  const typed = beforeCaret(field);
  const address = new URL(field.dataset.completes, location);
  address.searchParams.set("q", typed.slice(-LONGEST));
  try {
    const response = await fetch(address, { signal });
    const { completions } = response.ok ? await response.json() : { completions: [] };
    if (!signal.aborted && document.activeElement === field && beforeCaret(field) === typed) show(field, completions);
  } catch {
    // Without what is offered one types on.
  }
}

function show(field, completions) {
  close(field);
  if (!completions.length) return;
  const list = document.createElement("ul");
  Object.assign(list, { id: `${field.id}-completions`, className: "completions", role: "listbox", ariaLabel: "Suggestions" });
  list.dataset.field = field.id;
  list.append(...completions.map((completion, number) => option(list, completion, number)));
  field.parentElement.append(list);
  // On a phone the keyboard takes half of the page: what lies behind it can't be chosen.
  const { offsetTop, height } = visualViewport;
  list.style.maxBlockSize = `${Math.max(offsetTop + height - list.getBoundingClientRect().top - 8, 100)}px`;
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "true");
  announce(`${completions.length} suggestion${completions.length === 1 ? "" : "s"}, use the up and down arrows`);
}

function option(list, { kind, label, detail, typed, fills }, number) {
  const item = document.createElement("li");
  Object.assign(item, { id: `${list.id}-${number}`, role: "option", ariaSelected: "false" });
  Object.assign(item.dataset, { kind, typed, fills });
  item.append(Object.assign(document.createElement("span"), { textContent: label }), " ");
  item.append(Object.assign(document.createElement("small"), { textContent: detail }));
  return item;
}

function move(field, list, step) {
  const options = [...list.children];
  const here = options.indexOf(chosenOf(list));
  // Before the first and behind the last stands the text as it was typed.
  const places = options.length + 1;
  choose(field, list, options[((here < 0 ? options.length : here) + step + places) % places]);
}

function choose(field, list, option) {
  for (const other of list.children) other.ariaSelected = String(other === option);
  option?.scrollIntoView({ block: "nearest" });
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
}

function fill(field, { dataset: { typed, fills } }) {
  const before = beforeCaret(field);
  close(field);
  if (!before.endsWith(typed)) return;
  const after = field.value.slice(before.length).trimStart();
  const start = `${before.slice(0, before.length - typed.length)}${fills} `;
  field.value = start + after;
  field.setSelectionRange(start.length, start.length);
  if ("sends" in field.dataset) return field.form.requestSubmit();
  // Whoever searches as one types hears of it. Nothing more is offered where something has just been chosen.
  field.dispatchEvent(new Event("input", { bubbles: true }));
  stop();
}

function stop() {
  clearTimeout(timer);
  request?.abort();
}

function close(field) {
  stop();
  listOf(field)?.remove();
  // Only with this is it more than a field, also one that has just come in.
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
  field.removeAttribute("aria-controls");
}

function closeAll(within) {
  for (const field of within.querySelectorAll("[data-completes]")) close(field);
}

function beforeCaret(field) {
  return field.value.slice(0, field.selectionStart);
}

function listOf(field) {
  return document.getElementById(`${field.id}-completions`);
}

function chosenOf(list) {
  return list?.querySelector("[aria-selected=true]");
}

closeAll(document);

// What was typed while this was on its way.
const begun = document.activeElement;
if (begun.matches("[data-completes]") && begun.value !== begun.defaultValue) timer = setTimeout(offer, PAUSE, begun);
