// Small comforts: dropping a file, a bar that moves, a button that is pressed once. Everything works without them.
"use strict";

(function () {
  const drop = document.querySelector("[data-import-drop]");
  if (drop) {
    const input = drop.querySelector("input[type=file]");
    const hover = (on) => (event) => {
      event.preventDefault();
      drop.classList.toggle("survol", on);
    };
    drop.addEventListener("dragover", hover(true));
    drop.addEventListener("dragleave", hover(false));
    drop.addEventListener("drop", (event) => {
      hover(false)(event);
      if (event.dataTransfer.files.length) {
        input.files = event.dataTransfer.files;
        drop.closest("form").requestSubmit();
      }
    });
  }

  document.querySelectorAll("form[data-once], form[data-import-upload]").forEach((form) => {
    form.addEventListener("submit", () => {
      window.setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }), 0);
    });
  });

  const progress = document.querySelector("[data-import-progress]");
  if (!progress) return;
  const numbers = new Intl.NumberFormat(progress.dataset.language || "fr");
  const bar = progress.querySelector("[data-bar]");
  const show = (name, value) => {
    const place = progress.querySelector("[data-" + name + "]");
    if (!place) return;
    place.hidden = value === null || value === 0;
    const text = place.querySelector("[data-value]") || place;
    if (value !== null) text.textContent = numbers.format(value);
    if (name === "done") place.hidden = false;
  };
  const look = async () => {
    try {
      const answer = await fetch(progress.dataset.importProgress, { headers: { Accept: "application/json" } });
      const state = await answer.json();
      if (!state.at_work) {
        window.location.reload();
        return;
      }
      bar.className = "v-" + state.percent;
      progress.querySelector("[role=progressbar]").setAttribute("aria-valuenow", state.percent);
      show("done", state.done);
      show("read", state.read);
      show("rate", state.per_second);
      show("left", state.seconds_left);
    } catch (error) {
      // The network went away: the next look finds it again.
    }
    window.setTimeout(look, 1000);
  };
  window.setTimeout(look, 700);
})();
