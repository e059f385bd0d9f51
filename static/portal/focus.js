// Keeps the keyboard focus where it was when htmx replaces the part of the page that holds it.
(() => {
  const FOCUSABLE = "a[href], button, summary, input, select, textarea, [tabindex]";
  const keyOf = (element) => element.id || [element.tagName, element.getAttribute("href"), element.name, element.textContent.trim()].join();
  let kept = null;

  document.addEventListener("htmx:beforeSwap", (event) => {
    const focused = event.detail.target.contains(document.activeElement) ? document.activeElement : null;
    kept = focused && { key: keyOf(focused), region: event.detail.target.id };
  });

  document.addEventListener("htmx:afterSettle", () => {
    const region = kept && document.getElementById(kept.region);
    // Who has moved on meanwhile stays there.
    if (region && [null, document.body].includes(document.activeElement)) {
      [...region.querySelectorAll(FOCUSABLE)].find((element) => keyOf(element) === kept.key)?.focus({ preventScroll: true });
    }
    kept = null;
  });
})();
