// Draws the corners of an area on a map of the product's own: no tile, no third party. The field beside it works without.
(() => {
  "use strict";
  const form = document.querySelector("form[data-tri]");
  if (!form) return;

  const fieldOf = (map) => document.getElementById(map.dataset.at);
  const numbers = /^(-?\d+(?:\.\d+)?) (-?\d+(?:\.\d+)?)$/;
  const lands = (map) => map.querySelector("[data-tri-land]");
  const drawing = (map) => map.querySelector("svg[role=img]"); // the first one is an icon

  // What a territory's map shows, and how degrees become its units.
  function shown(option) {
    const whole = option.dataset.box.split(" ").map(Number);
    const scale = Number(option.dataset.scale);
    return { whole, at: ([lat, lon]) => [lon * scale, -lat * 100], back: ({ x, y }) => [-y / 100, x / scale] };
  }
  const land = (map) => shown(lands(map).selectedOptions[0]);

  function holds({ whole: [left, top, width, height], at }, corner) {
    const [x, y] = at(corner);
    return x >= left && x <= left + width && y >= top && y <= top + height;
  }

  function entries(map) {
    return fieldOf(map).value.split(",").map((entry) => entry.trim()).filter(Boolean);
  }

  function corners(map) {
    return entries(map).map((entry) => numbers.exec(entry)).filter(Boolean).map(([, lat, lon]) => [Number(lat), Number(lon)]);
  }

  const isElsewhere = (map) => corners(map).length > 0 && !corners(map).some((corner) => holds(land(map), corner));

  function draw(map) {
    const points = corners(map).map(land(map).at);
    const [, , width] = box(map);
    map.querySelector("polygon").setAttribute("points", points.map((point) => point.join(",")).join(" "));
    map.querySelectorAll("circle").forEach((dot) => dot.remove());
    for (const [x, y] of points) {
      const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      for (const [name, value] of Object.entries({ cx: x, cy: y, r: width / 120 })) dot.setAttribute(name, value);
      drawing(map).append(dot);
    }
    map.querySelector("[data-tri-elsewhere]").hidden = !isElsewhere(map);
  }

  const box = (map) => drawing(map).getAttribute("viewBox").split(" ").map(Number);

  // The whole of the chosen territory, with its outlines.
  function show(map) {
    const { whole } = land(map);
    const image = map.querySelector("image");
    ["x", "y", "width", "height"].forEach((name, number) => image.setAttribute(name, whole[number]));
    image.setAttribute("href", lands(map).selectedOptions[0].dataset.image);
    drawing(map).setAttribute("viewBox", whole.join(" "));
    draw(map);
  }

  // Opens where the area is, if there is one.
  function open(map) {
    const [first] = corners(map);
    const here = first && [...lands(map).options].find((option) => holds(shown(option), first));
    if (here) here.selected = true;
    show(map);
  }

  function zoom(map, factor) {
    const [x, y, width, height] = box(map);
    const { whole, at } = land(map);
    const last = corners(map).filter((corner) => holds(land(map), corner)).pop();
    const middle = last ? at(last) : [x + width / 2, y + height / 2];
    const wide = Math.min(whole[2], Math.max(whole[2] / 35, width * factor));
    const high = (wide * whole[3]) / whole[2];
    const next = wide === whole[2] ? whole : [middle[0] - wide / 2, middle[1] - high / 2, wide, high];
    drawing(map).setAttribute("viewBox", next.join(" "));
    draw(map);
  }

  function put(map, words) {
    const field = fieldOf(map);
    field.value = words.join(", ");
    draw(map);
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.dispatchEvent(new CustomEvent("tri:changed", { bubbles: true }));
  }

  form.addEventListener("click", (event) => {
    const map = event.target.closest("[data-tri-map]");
    if (!map) return;
    const button = event.target.closest("button");
    if (button?.dataset.triZoom) return zoom(map, Number(button.dataset.triZoom));
    if (button?.dataset.triCorner) return put(map, button.dataset.triCorner === "all" ? [] : entries(map).slice(0, -1));
    const svg = event.target.closest("svg");
    if (!svg || !svg.querySelector("polygon")) return;
    const spot = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const corner = land(map).back(spot).map((degrees) => degrees.toFixed(3)).join(" ");
    put(map, [...(isElsewhere(map) ? [] : entries(map)), corner]);
  });
  form.addEventListener("change", (event) => { if (event.target.matches("[data-tri-land]")) show(event.target.closest("[data-tri-map]")); });
  form.addEventListener("toggle", (event) => { if (event.target.matches?.("[data-tri-map]") && event.target.open) open(event.target); }, true);

  const reveal = () => form.querySelectorAll("[data-tri-map][hidden]").forEach((map) => { map.hidden = false; });
  reveal();
  new MutationObserver(reveal).observe(form, { childList: true, subtree: true });
})();
