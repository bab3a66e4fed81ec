// Keeps the count alive while one types, and offers names. The page does all of it without this script as well.
(() => {
  "use strict";
  const form = document.querySelector("form[data-tri]");
  if (!form || !window.fetch) return;
  const part = (name) => form.querySelector(`[data-tri-${name}]`);
  form.querySelectorAll("[data-tri-sans-js]").forEach((button) => { button.hidden = true; });
  form.querySelector("[data-tri-refus]")?.focus();

  let timer, patience, running;

  async function ask(fields) {
    const data = new FormData(form);
    for (const [name, value] of Object.entries({ do: "", ...fields })) data.set(name, value);
    const answer = await fetch(form.dataset.countUrl, {
      method: "POST", body: new URLSearchParams(data), signal: running.signal, credentials: "same-origin",
    });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  // The count comes first, alone: what it is made of may take a little longer.
  async function refresh({ action = "", redraw = false, next = null, keep = "" } = {}) {
    clearTimeout(timer);
    clearTimeout(patience);
    running?.abort();
    running = new AbortController();
    part("panel").setAttribute("aria-busy", "true");
    part("groups").inert = redraw; // what is about to be drawn anew takes no typing
    try {
      const counted = await ask({ do: action, parts: redraw ? "all" : "count" });
      part("panel").innerHTML = counted.panel;
      part("panel").removeAttribute("aria-busy");
      const parts = redraw ? counted : await ask({ do: action, parts: "rest" });
      if (redraw) part("groups").innerHTML = parts.groups;
      else updateRows(parts.groups);
      if (action === "explain" || document.activeElement?.id !== "tri-who") part("people").innerHTML = parts.people;
      part("law").innerHTML = parts.law;
      part("groups").inert = false;
      if (next) next()?.focus();
      else if (redraw) document.getElementById(keep || parts.focus)?.focus();
      if (counted.estimate) patience = setTimeout(countExactly, 2500);
    } catch (error) {
      if (error.name === "AbortError") return;
      form.querySelectorAll("[data-tri-sans-js]").forEach((button) => { button.hidden = false; });
    }
    part("groups").inert = false;
    part("panel").removeAttribute("aria-busy");
  }

  // Nobody types any more: the estimate gives way to the number.
  async function countExactly() {
    try {
      part("panel").innerHTML = (await ask({ parts: "count", exact: "1" })).panel;
    } catch { /* the estimate stays, and its button */ }
  }
  if (form.querySelector("[data-tri-exact]")) {
    running = new AbortController();
    patience = setTimeout(countExactly, 1500);
  }

  // The fields stay under the fingers: only counts and errors are taken over.
  function updateRows(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const typing = document.activeElement?.matches("[data-tri-list]") ? document.activeElement.id.replace("-text", "") : "";
    for (const id of [...fresh.querySelectorAll("[id$=-nb], [id$=-error]")].map((node) => node.id)) {
      const here = id === `${typing}-error` ? null : document.getElementById(id); // no reproach in the middle of a word
      if (here) here.innerHTML = fresh.getElementById(id).innerHTML;
    }
    for (const field of fresh.querySelectorAll(":is(input, textarea)[id^=g]")) {
      const here = document.getElementById(field.id);
      if (!here || here === document.activeElement) continue;
      for (const name of ["aria-invalid", "aria-describedby"]) {
        if (field.hasAttribute(name)) here.setAttribute(name, field.getAttribute(name));
        else here.removeAttribute(name);
      }
    }
  }

  function later() {
    clearTimeout(timer);
    clearTimeout(patience);
    timer = setTimeout(() => refresh(), 350);
  }

  form.addEventListener("input", (event) => {
    if (event.target.closest("[data-tri-groups]") && !event.target.matches("select")) later();
  });
  form.addEventListener("tri:changed", later); // the map moved a corner
  form.addEventListener("change", (event) => {
    const field = event.target;
    if (field.matches("[data-tri-what]")) {
      const row = field.id.replace("-what", "");
      refresh({ redraw: true, next: () => document.querySelector(`#${row} .tri-valeur :is(input, select, textarea)`) || document.getElementById(field.id) });
    } else if (field.matches("[data-tri-kind]")) {
      refresh({ redraw: true, keep: field.id });
    } else if (field.matches("[data-tri-part] select")) {
      showParts(field);
      later();
    }
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=do]");
    if (!button || button.value === "save") return;
    event.preventDefault();
    if (button.value === "exact") return countExactly();
    const isAbout = button.value === "explain";
    refresh({ action: button.value, redraw: !isAbout, next: isAbout ? () => document.getElementById("tri-who") : null });
  });

  // Only the dates that go with the chosen period are asked for.
  function showParts(select) {
    for (const part of select.closest(".tri-parties").querySelectorAll("[data-tri-only]")) {
      part.hidden = !part.dataset.triOnly.split(" ").includes(select.value);
    }
  }

  // --- names offered while one types, the last one after the comma ----------------------------------------------
  let list = null, owner = null, chosen = -1, asking;

  function close() {
    list?.remove();
    owner?.removeAttribute("aria-activedescendant");
    owner?.setAttribute("aria-expanded", "false");
    list = null;
    chosen = -1;
  }

  function show(input, names) {
    close();
    if (!names.length) return;
    owner = input;
    list = document.createElement("ul");
    list.className = "tri-propositions";
    list.id = `${input.id}-liste`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.getAttribute("aria-label"));
    names.forEach((name, number) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${number}`;
      item.setAttribute("role", "option");
      item.textContent = name;
      item.addEventListener("mousedown", (event) => { event.preventDefault(); take(name); });
      list.append(item);
    });
    input.after(list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "true");
  }

  function take(name) {
    const before = owner.value.split(",").slice(0, -1).map((entry) => entry.trim());
    owner.value = `${[...before, name].join(", ")}, `;
    close();
    later();
  }

  function move(step) {
    const items = [...list.children];
    chosen = (chosen + step + items.length) % items.length;
    items.forEach((item, number) => item.setAttribute("aria-selected", String(number === chosen)));
    items[chosen].scrollIntoView({ block: "nearest" });
    owner.setAttribute("aria-activedescendant", items[chosen].id);
  }

  form.addEventListener("input", async (event) => {
    const input = event.target;
    if (!input.matches("[data-tri-list]")) return;
    const text = input.value.split(",").pop().trim();
    if (!text) return close();
    const what = document.getElementById(input.id.replace("-text", "-what")).value;
    asking?.abort();
    asking = new AbortController();
    try {
      const query = new URLSearchParams({ what, q: text });
      const answer = await fetch(`${form.dataset.suggestUrl}?${query}`, { signal: asking.signal, credentials: "same-origin" });
      if (answer.ok && document.activeElement === input) show(input, (await answer.json()).suggestions);
    } catch { /* a newer one is on its way, or the field works without */ }
  });
  form.addEventListener("keydown", (event) => {
    if (event.target.id === "tri-who" && event.key === "Enter") {
      event.preventDefault();
      refresh({ action: "explain", next: () => document.getElementById("tri-who") });
    }
    if (!list || event.target !== owner) return;
    if (event.key === "ArrowDown") { event.preventDefault(); move(1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); move(-1); }
    else if (event.key === "Escape") close();
    else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) { event.preventDefault(); take(list.children[chosen].textContent); }
    else if (event.key === "Enter") { event.preventDefault(); close(); }
  });
  form.addEventListener("focusout", (event) => {
    if (event.target === owner) close();
    if (event.target.matches("[data-tri-list]")) later();
  });
})();
