// Moves the bar of a run; the page is loaded again when it is over. Without it the page refreshes by itself.
"use strict";

(function () {
  const progress = document.querySelector("[data-run-progress]");
  if (!progress) return;
  const numbers = new Intl.NumberFormat(progress.dataset.language || "fr");
  const write = (name, value) => { progress.querySelector(name).textContent = numbers.format(value); };
  const look = async () => {
    try {
      const answer = await fetch(progress.dataset.runProgress, { headers: { Accept: "application/json" } });
      const state = await answer.json();
      if (!state.at_work) {
        window.location.reload();
        return;
      }
      progress.querySelector("[data-bar]").className = "v-" + state.percent;
      progress.querySelector("[role=progressbar]").setAttribute("aria-valuenow", state.percent);
      write("[data-done]", state.done);
      write("[data-total]", state.total);
      const left = progress.querySelector("[data-left]");
      left.hidden = state.seconds_left === null;
      if (state.seconds_left !== null) left.querySelector("[data-value]").textContent = numbers.format(state.seconds_left);
    } catch (error) {
      // The network went away: the next look finds it again.
    }
    window.setTimeout(look, 1000);
  };
  window.setTimeout(look, 700);
})();
