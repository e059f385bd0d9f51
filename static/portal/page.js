// Small helpers of every page: navigation on narrow screens, dialogs, copy buttons.
(() => {
  const toggle = document.querySelector(".nav-toggle");

  function openNavigation(open) {
    toggle.setAttribute("aria-expanded", String(open));
    document.getElementById("navigation").classList.toggle("open", open);
  }

  async function copy(button) {
    const source = document.getElementById(button.dataset.copy);
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
    } else {
      // Browsers offer the clipboard only over https and on localhost.
      if (source.select) source.select();
      else getSelection().selectAllChildren(source);
      document.execCommand("copy");
    }
    const word = button.querySelector("[aria-live]");
    button.dataset.word ??= word.textContent;
    word.textContent = button.dataset.copied;
    setTimeout(() => (word.textContent = button.dataset.word), 2000);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button === toggle && toggle) openNavigation(toggle.getAttribute("aria-expanded") !== "true");
    if (button?.dataset.dialog) document.getElementById(button.dataset.dialog).showModal();
    if (button?.dataset.closeDialog !== undefined) button.closest("dialog").close();
    if (button?.dataset.copy) copy(button);
    document.querySelectorAll("details.menu[open]").forEach((menu) => menu.contains(event.target) || (menu.open = false));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    if (toggle?.getAttribute("aria-expanded") === "true") {
      openNavigation(false);
      toggle.focus();
    }
  });
})();
