// Keeps filters nobody set out of the URL.
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches("form.filters")) return;
  const { parameters } = event.detail;
  Object.keys(parameters).filter((name) => parameters[name] === "").forEach((name) => delete parameters[name]);
});
