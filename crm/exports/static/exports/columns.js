// One box ticks or unticks a group of columns, or all of them; half ticked, it shows so. Without scripts there is none.
(function () {
  "use strict";
  var form = document.querySelector("[data-exports-columns]");
  if (!form) return;
  var whole = Array.prototype.map.call(form.querySelectorAll("[data-exports-all]"), function (label) {
    var around = label.closest("fieldset") || form;
    var boxes = Array.prototype.slice.call(around.querySelectorAll('input[name="columns"]'));
    var box = label.querySelector("input");
    label.hidden = false;
    box.addEventListener("change", function () {
      boxes.forEach(function (one) { one.checked = box.checked; });
    });
    return { box: box, boxes: boxes };
  });
  var refresh = function () {
    whole.forEach(function (one) {
      var ticked = one.boxes.filter(function (box) { return box.checked; }).length;
      one.box.checked = ticked === one.boxes.length;
      one.box.indeterminate = ticked > 0 && ticked < one.boxes.length;
    });
  };
  form.addEventListener("change", refresh);
  window.addEventListener("pageshow", refresh);
  refresh();
})();
