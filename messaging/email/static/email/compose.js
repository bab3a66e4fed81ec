// The composer without this file works: counts are then those of what is saved.
(() => {
  const form = document.getElementById("message-form");
  const subject = document.getElementById("id_subject");
  const count = document.getElementById("m-count");
  const say = () => {
    const length = [...subject.value].length;
    count.textContent = length ? `${length} ${length > 45 ? count.dataset.long : count.dataset.fits}` : "";
  };
  subject.addEventListener("input", say);
  say();

  const place = document.getElementById("m-audience");
  const segment = form.elements.segment;
  let asked = 0;
  const look = async () => {
    const chosen = new FormData(form);
    segment.closest(".iso-field").hidden = chosen.get("audience") !== "segment";
    const query = new URLSearchParams();
    for (const name of ["audience", "segment", "is_practical"]) if (chosen.get(name)) query.set(name, chosen.get(name));
    const turn = ++asked;
    const answer = await fetch(`${form.dataset.audienceUrl}?${query}`, { headers: { "X-Requested-With": "fetch" } });
    if (answer.ok && turn === asked) place.innerHTML = await answer.text();
  };
  for (const name of ["audience", "segment", "is_practical"])
    for (const field of form.querySelectorAll(`[name="${name}"]`)) field.addEventListener("change", look);
  segment.closest(".iso-field").hidden = new FormData(form).get("audience") !== "segment";

  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
})();
