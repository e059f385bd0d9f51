// Sets light or dark before the first paint; the choice is kept in localStorage, "auto" follows the system.
(() => {
  const CHOICES = ["auto", "light", "dark"];
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    const kept = localStorage.getItem("theme");
    return CHOICES.includes(kept) ? kept : "auto";
  };

  function apply() {
    const choice = chosen();
    const theme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
    document.documentElement.dataset.bsTheme = theme;
    const button = document.getElementById("theme-toggle");
    if (!button) return;
    const label = button.dataset[`label${choice[0].toUpperCase()}${choice.slice(1)}`];
    button.setAttribute("aria-label", label);
    button.title = label;
    const icon = { auto: "circle-half", light: "sun", dark: "moon-stars" }[choice];
    const use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon}`));
  }

  function next() {
    localStorage.setItem("theme", CHOICES[(CHOICES.indexOf(chosen()) + 1) % CHOICES.length]);
    apply();
  }

  apply();
  dark.addEventListener("change", apply);
  addEventListener("storage", apply);
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    document.getElementById("theme-toggle")?.addEventListener("click", next);
  });
})();
