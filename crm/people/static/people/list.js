// Comforts of the list: tick the page, count what is ticked, complete communes, keys. Everything works without.
(function () {
  "use strict";
  var form = document.querySelector("[data-people-bulk]");
  if (form) {
    var all = form.querySelector("[data-people-all]");
    var boxes = Array.prototype.slice.call(form.querySelectorAll('input[name="ids"]'));
    var bar = form.querySelector("[data-people-bar]");
    var count = form.querySelector("[data-people-count]");
    var refresh = function () {
      var ticked = boxes.filter(function (box) { return box.checked; }).length;
      if (bar) bar.hidden = ticked === 0;
      if (count) count.textContent = (ticked > 1 ? count.dataset.many : count.dataset.one).replace("{n}", ticked);
    };
    if (all) {
      all.hidden = false;
      all.querySelector("input").addEventListener("change", function (event) {
        boxes.forEach(function (box) { box.checked = event.target.checked; });
        refresh();
      });
    }
    form.addEventListener("change", refresh);
    refresh();
  }

  var commune = document.querySelector("[data-commune-url]");
  if (commune) {
    var code = document.querySelector("[data-commune-code]");
    var list = document.getElementById(commune.getAttribute("list"));
    var known = {};
    var timer = null;
    commune.addEventListener("input", function () {
      code.value = known[commune.value] || "";
      clearTimeout(timer);
      timer = setTimeout(function () {
        if (code.value || commune.value.length < 2) return;
        fetch(commune.dataset.communeUrl + "?q=" + encodeURIComponent(commune.value), { credentials: "same-origin" })
          .then(function (answer) { return answer.json(); })
          .then(function (found) {
            list.textContent = "";
            found.communes.forEach(function (one) {
              var label = one.name + " (" + one.departement + ")";
              known[label] = one.code;
              var option = document.createElement("option");
              option.value = label;
              list.appendChild(option);
            });
          })
          .catch(function () {});
      }, 180);
    });
  }
})();
