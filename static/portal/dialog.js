// The dialog of actions: opens with what htmx puts into it, gives the focus back when it closes, and says when
// the server could not be asked. Without a script the same links lead to pages of their own.
(() => {
  const dialog = document.getElementById("action-dialog");
  let opener = "";

  const first = (panel) => panel.querySelector("[aria-invalid=true], .alert-danger[tabindex]") ?? panel.querySelector("#action-title");

  function open() {
    const menu = document.getElementById(opener)?.closest("details.menu");
    if (menu) {
      menu.open = false;
      opener = menu.querySelector("summary").id;
    }
    if (!dialog.open) dialog.showModal();
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    document.querySelectorAll(".request-failed").forEach((note) => (note.hidden = true));
    if (event.target.matches("[data-opens-dialog]")) opener = event.target.id;
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const panel = event.target.closest("#action-panel");
    if (event.target !== panel || !panel) return;
    // An answer that comes after someone closed the dialog does not open it again.
    if (dialog && event.detail.requestConfig.elt.matches("[data-opens-dialog]")) open();
    first(panel)?.focus();
  });

  ["htmx:responseError", "htmx:sendError"].forEach((name) =>
    document.addEventListener(name, (event) => {
      // The page of its own says why: signed out, not allowed any more, gone.
      if (event.target.matches("[data-opens-dialog]")) location.assign(event.target.href);
      const note = event.target.matches("[data-live]") ? null : document.querySelector(".request-failed");
      if (note) note.hidden = false;
    }),
  );

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-leave]") || !dialog?.open) return;
    event.preventDefault();
    dialog.close();
  });

  dialog?.addEventListener("close", () => {
    document.getElementById("action-panel").replaceChildren();
    // What opened it may have been replaced by one that says why it cannot be done now.
    (document.getElementById(opener) ?? document.getElementById("more-actions"))?.focus();
  });
})();
