// Renews the part of the page that moves, as long as something moves. Without this file, reload the page.
(() => {
  const place = document.getElementById("m-progress");
  if (!place || place.dataset.moving !== "yes") return;
  const renew = async () => {
    if (document.hidden) return setTimeout(renew, 2000);
    let answer;
    try { answer = await fetch(place.dataset.url, { headers: { "X-Requested-With": "fetch" } }); } catch { return setTimeout(renew, 5000); }
    if (!answer.ok) return window.location.reload();
    const kept = place.contains(document.activeElement) ? document.activeElement.closest("form")?.action : null;
    place.innerHTML = await answer.text();
    if (kept) for (const form of place.querySelectorAll("form")) if (form.action === kept) form.querySelector("button").focus();
    if (answer.headers.get("X-Moving") === "yes") setTimeout(renew, 1000);
  };
  setTimeout(renew, 1000);
})();
