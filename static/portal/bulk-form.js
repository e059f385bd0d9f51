// The page that confirms a bulk operation: it is started once, however often the button is pressed.
document.addEventListener("submit", (event) => {
  const button = event.target.querySelector("[data-once]");
  if (!button || event.submitter !== button) return;
  if (button.dataset.once === "used") event.preventDefault();
  button.dataset.once = "used";
});
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("[data-once]").forEach((button) => (button.dataset.once = ""));
});
