/* Redraws the steps as the cell tells them, then enters the office. Without it the page reloads itself and has a button. */
(() => {
  const box = document.querySelector("[data-opening]");
  const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const enter = async () => {
    await wait(1200); /* long enough to read that it is up */
    box.querySelector("[data-enter]")?.requestSubmit();
  };
  const watch = async () => {
    for (let pause = 400; ; pause = Math.min(pause * 1.15, 4000)) {
      await wait(pause);
      try {
        const answer = await fetch(box.dataset.opening, { headers: { Accept: "application/json" } });
        if (!answer.ok) continue;
        const { html, done, moving } = await answer.json();
        box.innerHTML = html;
        if (done) return enter();
        if (!moving) return;
      } catch {
        /* the network is away: ask again */
      }
    }
  };
  if (!("done" in box.dataset)) watch();
  else if ("enters" in box.dataset) enter();
})();
