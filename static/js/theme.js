// Light, dark or the system's, as chosen before. It runs before the page is drawn, so that nothing flashes.
{
  const KEY = "theme";
  const root = document.documentElement;

  const remembered = () => {
    try {
      return localStorage.getItem(KEY) || "system";
    } catch {
      return "system"; // a browser that keeps nothing still shows something
    }
  };

  const show = (theme) => {
    root.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", button.dataset.themeChoice === theme);
    }
  };

  const choose = (theme) => {
    show(theme);
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // It holds for this page, then.
    }
  };

  show(remembered());
  document.addEventListener("DOMContentLoaded", () => show(remembered()));
  addEventListener("storage", (event) => event.key === KEY && show(remembered()));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (button) choose(button.dataset.themeChoice);
  });
}
