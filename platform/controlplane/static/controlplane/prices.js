/* Optional: the slider drives the list of choices, which does without it. */
(() => {
  const box = document.querySelector("[data-slider]");
  const choices = [...document.querySelectorAll("input[name=plan]")];
  const slider = box.querySelector("input");
  const show = () => {
    const index = Math.max(0, choices.findIndex((choice) => choice.checked));
    const { contacts, price, vat } = choices[index].dataset;
    slider.value = index;
    box.querySelector("[data-contacts]").textContent = contacts;
    box.querySelector("[data-price]").textContent = price;
    box.querySelector("[data-vat]").textContent = vat;
    slider.setAttribute("aria-valuetext", slider.dataset.text.replace("{contacts}", contacts).replace("{price}", price));
  };
  slider.max = choices.length - 1;
  slider.addEventListener("input", () => {
    choices[slider.value].checked = true;
    show();
  });
  choices.forEach((choice) => choice.addEventListener("change", show));
  box.hidden = false;
  show();
})();
