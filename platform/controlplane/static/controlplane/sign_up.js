/* Optional: the address is checked while one types, the summary follows the form. The form does without it. */
(() => {
  const form = document.querySelector("[data-sign-up]");
  const name = form.elements.name;
  const slug = form.querySelector("input[name=slug]");
  const state = form.querySelector("[data-address-state]");
  const submit = form.querySelector("[data-submit]");
  const submitLabel = submit.textContent;
  let slugIsTyped = slug.value !== "";
  let timer = 0;
  let asked = 0;

  const slugified = (text) =>
    text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/œ/g, "oe").replace(/æ/g, "ae")
      .replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40).replace(/-+$/, "");

  const offer = (value) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-secondary button-small";
    button.textContent = value;
    button.addEventListener("click", () => {
      slug.value = value;
      slugIsTyped = true;
      check();
      slug.focus();
    });
    return button;
  };

  const show = ({ state: kind, message, suggestions }) => {
    const line = document.createElement("p");
    line.className = kind === "free" ? "iso-ok" : "error-message";
    line.textContent = message;
    const row = document.createElement("p");
    row.className = "rangee libres";
    row.append(...suggestions.map(offer));
    state.replaceChildren(line, ...(suggestions.length ? [row] : []));
    const field = slug.closest(".iso-field"); /* what the server had said is out of date */
    field.querySelectorAll(":scope > .error-message, :scope > .libres").forEach((old) => old.remove());
    field.classList.toggle("error", kind !== "free");
    slug.setAttribute("aria-invalid", String(kind !== "free"));
  };

  const check = async () => {
    const mine = ++asked;
    if (!slug.value.trim()) {
      state.replaceChildren();
      return;
    }
    try {
      const query = new URLSearchParams({ slug: slug.value, name: name.value });
      const answer = await fetch(`${form.dataset.check}?${query}`, { headers: { Accept: "application/json" } });
      if (answer.ok && mine === asked) show(await answer.json());
    } catch {
      state.replaceChildren(); /* no network: the form itself will tell */
    }
  };
  const checkSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(check, 350);
  };

  const summary = document.querySelector("[data-summary]");
  const put = (key, text) => (summary.querySelector(`[data-summary-${key}]`).textContent = text);
  const chosenLabel = (field) => {
    const radio = form.querySelector(`input[name=${field}]:checked`);
    return radio ? (radio.closest("label").querySelector("b") || radio.closest("label")).textContent : "";
  };
  const emptyName = summary.querySelector("[data-summary-name]").textContent;
  const summarize = () => {
    const title = name.value.trim();
    const region = chosenLabel("region");
    const kind = chosenLabel("kind");
    const plan = summary.querySelector(`[data-code="${form.elements.plan.value}"]`).dataset;
    put("name", title || emptyName);
    put("kind", kind);
    put("region", (kind && region ? ", " : "") + region);
    put("contacts", plan.contacts);
    put("price", plan.price);
    put("gross", plan.gross);
    submit.textContent = title ? form.dataset.openLabel.replace("{name}", title) : submitLabel;
  };

  name.addEventListener("input", () => {
    if (!slugIsTyped) {
      slug.value = slugified(name.value);
      checkSoon();
    }
  });
  slug.addEventListener("input", () => {
    slugIsTyped = slug.value !== "";
    checkSoon();
  });
  form.querySelectorAll("[data-suggestion]").forEach((button) => {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      slug.value = button.value;
      slugIsTyped = true;
      check();
      slug.focus();
    });
  });
  form.addEventListener("input", summarize);
  form.addEventListener("submit", () => {
    submit.disabled = true;
    submit.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => (submit.disabled = false));
  summary.hidden = false;
  summarize();
  document.getElementById("erreurs")?.focus();
})();
