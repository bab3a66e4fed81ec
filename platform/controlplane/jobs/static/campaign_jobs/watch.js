/* Redraws the steps as the cell tells them, then shows the finished page. Without it the page reloads itself. */
(() => {
  const box = document.querySelector("[data-watch]");
  if (!box) return;
  const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const watch = async () => {
    for (let pause = 400; ; pause = Math.min(pause * 1.15, 4000)) {
      await wait(pause);
      try {
        const answer = await fetch(box.dataset.watch, { headers: { Accept: "application/json" } });
        if (!answer.ok) continue;
        const { html, moving } = await answer.json();
        box.innerHTML = html;
        if (!moving) return location.reload();
      } catch {
        /* the network is away: ask again */
      }
    }
  };
  watch();
})();
