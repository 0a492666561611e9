// A <details class="menu"> closes like a menu: on Escape, on a click beside it, when the focus goes on.

document.addEventListener("click", ({ target }) => close((menu) => !menu.contains(target)));

document.addEventListener("focusin", ({ target }) => close((menu) => !menu.contains(target)));

document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  for (const menu of close(() => true)) menu.querySelector("summary").focus();
});

function close(which) {
  const menus = [...document.querySelectorAll("details.menu[open]")].filter(which);
  for (const menu of menus) menu.open = false;
  return menus;
}
