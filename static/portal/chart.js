// Draws every element with data-chart: fetches its JSON, draws the curves with uPlot in the theme's colours,
// writes the same numbers into the table below, and does it again at every "live" event.
(() => {
  const HEIGHT = 260;
  const LONG_S = 48 * 3600;
  const WHOLE_PAUSE = 2; // uPlot: a break lasts until the curve's next point, whatever other curves do
  const drawn = new WeakMap();
  const style = (element, name) => getComputedStyle(element).getPropertyValue(name).trim();

  function address(element) {
    const url = new URL(element.dataset.chart, location.href);
    if (element.dataset.hours) {
      const now = new Date();
      url.searchParams.set("from", new Date(now - element.dataset.hours * 3600e3).toISOString());
      url.searchParams.set("to", now.toISOString());
    }
    return url;
  }

  async function load(element) {
    const lost = element.querySelector(".chart-lost");
    try {
      const response = await fetch(address(element), { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(response.status);
      const answer = await response.json();
      lost.hidden = true;
      drawn.set(element, { ...drawn.get(element), answer });
      draw(element);
    } catch {
      lost.textContent = element.dataset.lost;
      lost.hidden = false;
    }
  }

  function draw(element) {
    const { answer, plot } = drawn.get(element);
    const curves = answer.curves.filter((curve) => curve.times.length);
    const canvas = element.querySelector(".chart-canvas");
    element.querySelector(".chart-empty").hidden = curves.length > 0;
    canvas.hidden = curves.length === 0;
    plot?.destroy();
    const tables = curves.map((curve) => [curve.times, curve.values]);
    const data = curves.length ? uPlot.join(tables, tables.map(() => [0, WHOLE_PAUSE])) : [[]];
    const made = curves.length ? new uPlot(options(element, canvas, answer, curves), data, canvas) : null;
    drawn.set(element, { answer, plot: made });
    fillTable(element, curves, data);
  }

  function options(element, canvas, answer, curves) {
    const text = style(element, "--bs-body-color");
    const grid = { stroke: style(element, "--line"), width: 1 };
    const units = [...new Set(curves.map((curve) => curve.unit))];
    const axis = (unit, side) => ({ scale: unit, side, label: unit, stroke: text, grid: side === 3 ? grid : { show: false }, ticks: grid, size: 60 });
    const x = answer.start ? { range: [answer.start, answer.end] } : {};
    return {
      width: canvas.clientWidth,
      height: HEIGHT,
      scales: { x, ...Object.fromEntries(units.map((unit) => [unit, { range: (plot, low, high) => [Math.min(0, low), Math.max(1, high * 1.1)] }])) },
      tzDate: (time) => uPlot.tzDate(new Date(time * 1000), element.dataset.zone),
      axes: [{ stroke: text, grid, ticks: grid, values: (plot, times) => times.map((time) => tick(element, plot, time)) }, ...units.map((unit, index) => axis(unit, index ? 1 : 3))],
      series: [{ label: element.dataset.time, value: (plot, time) => (time === null ? "–" : moment(element, time)) }, ...curves.map((curve, index) => line(element, curve, index))],
    };
  }

  const line = (element, curve, index) => ({
    label: curve.label,
    scale: curve.unit,
    stroke: style(element, `--line-${(index % 4) + 1}`),
    dash: [[], [8, 4], [2, 3], [12, 4, 2, 4]][index % 4],
    width: 2,
    value: (plot, value) => number(value, curve.unit),
  });

  const written = (element, time, parts) =>
    new Date(time * 1000).toLocaleString(document.documentElement.lang, { timeZone: element.dataset.zone, hourCycle: "h23", ...parts });
  const moment = (element, time) => written(element, time, { dateStyle: "medium", timeStyle: "medium" });
  const number = (value, unit) => (value === null || value === undefined ? "–" : `${value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 2 })} ${unit}`);

  function tick(element, plot, time) {
    const clock = written(element, time, { hour: "2-digit", minute: "2-digit" });
    const isLong = plot.scales.x.max - plot.scales.x.min > LONG_S;
    return clock === "00:00" || isLong ? `${written(element, time, { day: "numeric", month: "short" })}\n${clock}` : clock;
  }

  function row(tag, texts) {
    const made = document.createElement("tr");
    texts.forEach((text, index) => {
      const cell = made.appendChild(document.createElement(index === 0 ? "th" : tag));
      if (cell.tagName === "TH") cell.scope = tag === "th" ? "col" : "row";
      cell.textContent = text;
    });
    return made;
  }

  function fillTable(element, curves, [times, ...columns]) {
    element.querySelector(".chart-table thead").replaceChildren(row("th", [element.dataset.time, ...curves.map((curve) => curve.label)]));
    const rows = times.map((time, at) => row("td", [moment(element, time), ...columns.map((column, index) => number(column[at], curves[index].unit))]));
    element.querySelector(".chart-table tbody").replaceChildren(...rows.reverse());
  }

  function start(element) {
    if (drawn.has(element)) return;
    drawn.set(element, {});
    element.addEventListener("live", () => load(element));
    new ResizeObserver(() => {
      const { plot } = drawn.get(element);
      const width = element.clientWidth;
      if (plot && width && plot.width !== width) plot.setSize({ width, height: HEIGHT });
    }).observe(element);
    load(element);
  }

  const all = () => document.querySelectorAll("[data-chart]");
  new MutationObserver(() => all().forEach((element) => drawn.get(element)?.answer && draw(element))).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  document.addEventListener("htmx:afterSettle", () => all().forEach(start));
  all().forEach(start);
})();
