// Keys for the review: M merges, D says two people, P puts it off, the arrows choose the entry to keep.
"use strict";

(function () {
  const form = document.querySelector("[data-duplicates-review]");
  if (!form) return;
  const sides = form.querySelectorAll("input[name=keep]");
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input[type=text], input[type=search], textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && event.target.type !== "radio") {
      sides[event.key === "ArrowLeft" ? 0 : 1].checked = true;
      event.preventDefault();
      return;
    }
    const button = form.querySelector("[data-key='" + event.key.toLowerCase() + "']");
    if (button) {
      event.preventDefault();
      form.requestSubmit(button);
    }
  });
  form.addEventListener("submit", () => {
    window.setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }), 0);
  });
})();
