// What somebody opened or closed stays so when its part of the page is fetched again.
(() => {
  let states = new Map();

  document.addEventListener("htmx:beforeSwap", (event) => {
    const found = event.detail.target.querySelectorAll("details[id]:not(.menu)");
    states = new Map([...found].map((details) => [details.id, details.open]));
  });

  document.addEventListener("htmx:afterSwap", () => {
    states.forEach((open, id) => {
      const details = document.getElementById(id);
      if (details) details.open = open;
    });
    states.clear();
  });
})();
