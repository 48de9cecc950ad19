"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

// ---- The matrix's filters.

function rowPasses(row, wanted) {
  if (wanted.text && !row.dataset.words.toLowerCase().includes(wanted.text)) return false;
  if (wanted.section && row.dataset.section !== wanted.section) return false;
  if (wanted.different && row.dataset.different !== "yes") return false;
  if (!wanted.verdict && !wanted.tier && !wanted.unexpected) return true;
  return [...row.querySelectorAll("td[data-tier]")].some(
    (cell) =>
      cell.className &&
      (!wanted.verdict || cell.classList.contains(wanted.verdict)) &&
      (!wanted.tier || cell.dataset.tier === wanted.tier) &&
      (!wanted.unexpected || "unexpected" in cell.dataset)
  );
}

function applyFilters() {
  const wanted = {
    text: byId("filter-text").value.trim().toLowerCase(),
    verdict: byId("filter-verdict").value,
    tier: byId("filter-tier").value,
    section: byId("filter-section").value,
    unexpected: byId("filter-unexpected").checked,
    different: byId("filter-different") !== null && byId("filter-different").checked,
  };
  const rows = [...document.querySelectorAll("#verdicts tbody tr")];
  for (const row of rows) row.hidden = !rowPasses(row, wanted);
  const left = rows.filter((row) => !row.hidden).length;
  byId("filter-count").textContent = `${left} of ${rows.length} clauses`;
  byId("nothing-left").hidden = left > 0;
}

function startFilters() {
  const form = byId("filters");
  form.hidden = false;
  form.addEventListener("input", applyFilters);
  form.addEventListener("submit", (event) => event.preventDefault());
  applyFilters();
}

// ---- Links to a clause open its part; printing opens all.

function openTarget() {
  let target = null;
  try {
    target = byId(decodeURIComponent(location.hash.slice(1)));
  } catch (malformed) {
    return;
  }
  if (target && target.tagName === "DETAILS") {
    target.open = true;
    target.scrollIntoView();
  }
}

function startDetails() {
  window.addEventListener("hashchange", openTarget);
  openTarget();
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const part of opened) part.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const part of opened) part.open = false;
  });
}

// ---- Charts. Their colours are those of the page, light or dark.

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name);
const SERIES = ["one", "two", "three", "four", "five", "six"];
const SHAPES = ["circle", "triangle", "rect", "rectRot", "star", "cross"];

// How the line number i of a chart is drawn: those beyond the last colour are dashed.
function lineOf(i) {
  const again = Math.floor(i / SERIES.length);
  return {
    borderColor: colour(SERIES[i % SERIES.length]),
    backgroundColor: colour(SERIES[i % SERIES.length]),
    pointStyle: SHAPES[(i + again) % SHAPES.length],
    borderDash: again > 0 ? [7, 4] : [],
    borderWidth: 2,
  };
}

function axis(title, extra) {
  return {
    title: { display: true, text: title, color: colour("text") },
    ticks: { color: colour("text") },
    grid: { color: colour("line") },
    ...extra,
  };
}

function draw(canvas, old, configuration) {
  if (old) old.destroy();
  return new Chart(canvas, {
    ...configuration,
    options: {
      animation: false,
      maintainAspectRatio: false,
      parsing: false,
      ...configuration.options,
      plugins: {
        legend: { labels: { color: colour("text"), usePointStyle: true } },
        ...(configuration.options.plugins || {}),
      },
    },
  });
}

function duration(ns) {
  if (ns >= 1e9) return +(ns / 1e9).toPrecision(3) + " s";
  if (ns >= 1e6) return +(ns / 1e6).toPrecision(3) + " ms";
  if (ns >= 1e3) return +(ns / 1e3).toPrecision(3) + " \u00b5s";
  return ns + " ns";
}

function quantity(value, unit) {
  if (unit === "ns") return duration(value);
  if (unit !== "bytes") return String(value);
  if (value >= 1e6) return +(value / 1e6).toPrecision(3) + " MB";
  return value >= 1e3 ? +(value / 1e3).toPrecision(3) + " kB" : value + " B";
}

const isPowerOfTen = (value) => Math.abs(Math.log10(value) % 1) < 1e-6;
const logarithmic = (title, format) =>
  axis(title, {
    type: "logarithmic",
    ticks: { color: colour("text"), callback: (v) => (isPowerOfTen(v) ? format(v) : "") },
  });
const logarithmicNs = (title) => logarithmic(title, duration);

// A percentile p stands at -log10(1 - p): each nine has the same width.
const atPercentile = (share) => -Math.log10(1 - share);
const PERCENTILES = [0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999];

function latencyChart(clause, old) {
  const most = Math.max(...clause.series.map((s) => s.points[s.points.length - 1][0]));
  const datasets = clause.series.map((series, i) => ({
    label: `${series.name} (n=${series.n})`,
    data: series.points.map(([share, ns]) => ({ x: atPercentile(share), y: Math.max(ns, 1) })),
    ...lineOf(i),
    pointRadius: 3,
  }));
  if (clause.bound_ns > 0) {
    datasets.push({
      label: "bound",
      data: [0, atPercentile(most)].map((x) => ({ x, y: clause.bound_ns })),
      borderColor: colour("bad"),
      backgroundColor: colour("bad"),
      borderDash: [6, 4],
      pointRadius: 0,
      pointStyle: "line",
    });
  }
  const marks = PERCENTILES.filter((share) => share <= Math.max(most, 0.9));
  const x = axis("percentile", { type: "linear", min: 0 });
  x.afterBuildTicks = (scale) => {
    scale.ticks = marks.map((share) => ({ value: atPercentile(share) }));
  };
  x.ticks.callback = (value, i) => (marks[i] === undefined ? "" : +(marks[i] * 100).toFixed(4) + " %");
  return draw(byId("latency-chart"), old, {
    type: "line",
    data: { datasets },
    options: {
      scales: { x, y: logarithmicNs("latency") },
      plugins: {
        legend: { labels: { color: colour("text"), usePointStyle: true } },
        tooltip: {
          callbacks: {
            title: (items) => (100 * (1 - 10 ** -items[0].parsed.x)).toFixed(3) + " %",
            label: (item) => `${item.dataset.label}: ${duration(item.parsed.y)}`,
          },
        },
      },
    },
  });
}

function startLatencies() {
  const select = byId("latency-clause");
  if (!select || data.latencies.length === 0) return;
  for (const clause of data.latencies) select.add(new Option(clause.title));
  let chart = null;
  const redraw = () => {
    chart = latencyChart(data.latencies[select.selectedIndex], chart);
  };
  show("latencies");
  select.addEventListener("input", redraw);
  onColours(redraw);
  redraw();
}

function growthChart(curve, old) {
  const datasets = curve.series.map((series, i) => ({
    label: series.name,
    data: series.points.map(([at, ns]) => ({ x: at, y: Math.max(ns, 1) })),
    ...lineOf(i),
    pointRadius: 4,
  }));
  return draw(byId("growth-chart"), old, {
    type: "line",
    data: { datasets },
    options: {
      scales: {
        x: axis(`number of ${curve.grows_with}`, { type: "logarithmic" }),
        y: logarithmic("median", (value) => quantity(value, curve.unit)),
      },
      plugins: {
        legend: { labels: { color: colour("text"), usePointStyle: true } },
        tooltip: {
          callbacks: {
            title: (items) => `${items[0].parsed.x} ${curve.grows_with}`,
            label: (item) => `${item.dataset.label}: ${quantity(item.parsed.y, curve.unit)}`,
          },
        },
      },
    },
  });
}

function startGrowth() {
  const select = byId("growth-curve");
  if (!select || data.curves.length === 0) return;
  for (const curve of data.curves) select.add(new Option(curve.title));
  let chart = null;
  const redraw = () => {
    chart = growthChart(data.curves[select.selectedIndex], chart);
  };
  show("growth");
  select.addEventListener("input", redraw);
  onColours(redraw);
  redraw();
}

const MARKS = {
  deep_sleep: ["deep sleep", "four", "rectRot"],
  woken: ["woken from deep sleep", "three", "triangle"],
  hand_off: ["hand-off", "two", "rect"],
  preemption: ["preemption", "six", "star"],
};

function cadenceChart(run, from, to, old) {
  const inside = run.points.filter((point) => point[0] >= from && point[0] <= to);
  const before = run.points.filter((point) => point[0] < from && point[1] === "sleep").pop();
  const sleeps = inside.filter((point) => point[1] === "sleep");
  if (before) sleeps.unshift([from, "sleep", before[2]]);
  if (sleeps.length > 0) sleeps.push([to, "sleep", sleeps[sleeps.length - 1][2]]);
  const datasets = [
    {
      label: "delay asked for",
      data: sleeps.map(([t, , ns]) => ({ x: t / 1e6, y: ns })),
      stepped: true,
      borderColor: colour("one"),
      backgroundColor: colour("one"),
      borderWidth: 2,
      pointRadius: 0,
      pointStyle: "line",
    },
  ];
  for (const [mark, [label, shade, shape]] of Object.entries(MARKS)) {
    const marks = inside.filter((point) => point[1] === mark);
    if (marks.length === 0) continue;
    datasets.push({
      label: `${label} (${marks.length})`,
      data: marks.map(([t, , ns]) => ({ x: t / 1e6, y: ns })),
      showLine: false,
      pointStyle: shape,
      pointRadius: 6,
      borderColor: colour(shade),
      backgroundColor: colour(shade),
    });
  }
  byId("cadence-caption").textContent =
    `${duration(from)} to ${duration(to)} of ${duration(run.length_ns)}` +
    (run.is_cut ? "; what came later is not shown" : "");
  return draw(byId("cadence-chart"), old, {
    type: "line",
    data: { datasets },
    options: {
      scales: {
        x: axis("time (ms)", { type: "linear", min: from / 1e6, max: to / 1e6 }),
        y: logarithmicNs("sleep asked for"),
      },
      plugins: {
        legend: { labels: { color: colour("text"), usePointStyle: true } },
        tooltip: {
          callbacks: {
            title: (items) => items[0].parsed.x.toFixed(3) + " ms",
            label: (item) => `${item.dataset.label}: ${duration(item.parsed.y)}`,
          },
        },
      },
    },
  });
}

function startCadences() {
  const select = byId("cadence-run");
  if (!select || data.cadences.length === 0) return;
  for (const run of data.cadences) select.add(new Option(run.name));
  let chart = null;
  let from = 0;
  let to = 1;
  const run = () => data.cadences[select.selectedIndex];
  const redraw = () => {
    chart = cadenceChart(run(), from, to, chart);
  };
  const showPart = (begin, width) => {
    const all = run().length_ns;
    width = Math.min(Math.max(width, 1e5), all);
    from = Math.min(Math.max(begin, 0), all - width);
    to = from + width;
    redraw();
  };
  const width = () => to - from;
  byId("cadence-in").addEventListener("click", () => showPart(from + width() / 4, width() / 2));
  byId("cadence-out").addEventListener("click", () => showPart(from - width() / 2, width() * 2));
  byId("cadence-earlier").addEventListener("click", () => showPart(from - width() / 2, width()));
  byId("cadence-later").addEventListener("click", () => showPart(from + width() / 2, width()));
  const showAll = () => showPart(0, run().length_ns);
  select.addEventListener("input", showAll);
  show("cadence");
  onColours(redraw);
  showAll();
}

// What needs a script is shown by it.
function show(section) {
  for (const part of byId(section).querySelectorAll(".chart-controls, .chart")) part.hidden = false;
}

function onColours(redraw) {
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}

startFilters();
startDetails();
startLatencies();
startGrowth();
startCadences();
