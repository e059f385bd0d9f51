// Selecting stations: the selection survives when htmx replaces the table, and the bar says how many there are.
(() => {
  const form = document.getElementById("bulk-form");
  const said = document.getElementById("bulk-selected");
  const menus = document.getElementById("bulk-menus");
  const none = document.getElementById("select-none");
  const selected = new Set();
  const hint = said.textContent;
  let everything = false;
  let filter = "";

  const boxes = () => [...document.querySelectorAll("#stations-table input[name=station]")];

  const filterNow = () => [...document.querySelectorAll("#stations-table input[type=hidden]")].map((input) => `${input.name}=${input.value}`).join("&");

  function words(elsewhere) {
    const { selected: start, elsewhere: apart, all } = said.dataset;
    if (everything) return `${start} ${all} ${document.getElementById("select-all").dataset.count}`;
    if (!selected.size) return hint;
    return elsewhere.length ? `${start} ${selected.size} (${apart} ${elsewhere.length})` : `${start} ${selected.size}`;
  }

  // What is selected but not on the page goes with the form all the same.
  function carry(values) {
    form.querySelectorAll("input[name=station]").forEach((input) => input.remove());
    values.forEach((value) => form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "station", value })));
  }

  function show() {
    const shown = boxes();
    const all = document.getElementById("select-all");
    const page = document.getElementById("select-page");
    everything = everything && all !== null;
    if (all) all.checked = everything;
    shown.forEach((box) => {
      box.checked = everything || selected.has(box.value);
      box.disabled = everything;
    });
    if (page) {
      const checked = shown.filter((box) => box.checked).length;
      page.hidden = false;
      page.disabled = everything;
      page.checked = checked > 0 && checked === shown.length;
      page.indeterminate = checked > 0 && checked < shown.length;
    }
    const here = new Set(shown.map((box) => box.value));
    const elsewhere = [...selected].filter((value) => !here.has(value));
    carry(everything ? [] : elsewhere);
    const text = words(elsewhere);
    if (said.textContent !== text) said.textContent = text;
    menus.hidden = none.hidden = !everything && !selected.size;
  }

  const select = (box) => (box.checked ? selected.add(box.value) : selected.delete(box.value));

  // The browser keeps what was ticked when one comes back to the page.
  function read() {
    boxes().filter((box) => !box.disabled).forEach(select);
    everything = document.getElementById("select-all")?.checked ?? false;
    show();
  }

  document.addEventListener("change", ({ target }) => {
    if (target.id === "select-all") everything = target.checked;
    else if (target.id === "select-page") boxes().forEach((box) => select(Object.assign(box, { checked: target.checked })));
    else if (target.matches("#stations-table input[name=station]")) select(target);
    else return;
    show();
  });

  none.addEventListener("click", () => {
    selected.clear();
    everything = false;
    show();
    said.scrollIntoView({ block: "nearest" });
    document.getElementById("select-page")?.focus();
  });

  document.addEventListener("htmx:afterSwap", () => {
    // Another filter matches other stations: all of those were not meant.
    if (filter !== filterNow()) everything = false;
    filter = filterNow();
    show();
  });

  addEventListener("pageshow", read);
  filter = filterNow();
  read();
})();
