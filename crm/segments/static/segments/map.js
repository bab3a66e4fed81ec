// Draws the corners of an area on a map of the product's own: no tile, no third party. The field beside it works without.
(() => {
  "use strict";
  const SCALE = 100 * Math.cos((46.5 * Math.PI) / 180);
  const WHOLE = [-370, -5130, 1050, 1010];
  const form = document.querySelector("form[data-tri]");
  if (!form) return;

  const fieldOf = (map) => document.getElementById(map.dataset.at);
  const numbers = /^(-?\d+(?:\.\d+)?) (-?\d+(?:\.\d+)?)$/;

  function corners(map) {
    return fieldOf(map).value.split(",").map((entry) => entry.trim()).filter(Boolean);
  }

  function draw(map) {
    const points = corners(map).map((entry) => numbers.exec(entry)).filter(Boolean);
    const [, , width] = box(map);
    map.querySelector("polygon").setAttribute("points", points.map(([, lat, lon]) => `${lon * SCALE},${-lat * 100}`).join(" "));
    map.querySelectorAll("circle").forEach((dot) => dot.remove());
    for (const [, lat, lon] of points) {
      const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      dot.setAttribute("cx", lon * SCALE);
      dot.setAttribute("cy", -lat * 100);
      dot.setAttribute("r", width / 120);
      map.querySelector("svg").append(dot);
    }
  }

  const box = (map) => map.querySelector("svg").getAttribute("viewBox").split(" ").map(Number);

  function zoom(map, factor) {
    const [x, y, width, height] = box(map);
    const points = corners(map).map((entry) => numbers.exec(entry)).filter(Boolean);
    const last = points[points.length - 1];
    const middle = last ? [last[2] * SCALE, -last[1] * 100] : [x + width / 2, y + height / 2];
    const wide = Math.min(WHOLE[2], Math.max(30, width * factor));
    const high = (wide * WHOLE[3]) / WHOLE[2];
    const next = wide === WHOLE[2] ? WHOLE : [middle[0] - wide / 2, middle[1] - high / 2, wide, high];
    map.querySelector("svg").setAttribute("viewBox", next.join(" "));
    draw(map);
  }

  function put(map, entries) {
    const field = fieldOf(map);
    field.value = entries.join(", ");
    draw(map);
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.dispatchEvent(new CustomEvent("tri:changed", { bubbles: true }));
  }

  form.addEventListener("click", (event) => {
    const map = event.target.closest("[data-tri-map]");
    if (!map) return;
    const button = event.target.closest("button");
    if (button?.dataset.triZoom) return zoom(map, Number(button.dataset.triZoom));
    if (button?.dataset.triCorner) return put(map, button.dataset.triCorner === "all" ? [] : corners(map).slice(0, -1));
    const svg = event.target.closest("svg");
    if (!svg || !svg.querySelector("polygon")) return;
    const spot = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    put(map, [...corners(map), `${(-spot.y / 100).toFixed(3)} ${(spot.x / SCALE).toFixed(3)}`]);
  });
  form.addEventListener("toggle", (event) => { if (event.target.matches?.("[data-tri-map]")) draw(event.target); }, true);

  const show = () => form.querySelectorAll("[data-tri-map][hidden]").forEach((map) => { map.hidden = false; });
  show();
  new MutationObserver(show).observe(form, { childList: true, subtree: true });
})();
