// A button that a person presses, by finger, mouse or key, says so to the portal. Scanners that open a message's link
// and send its forms press nothing; without script a second step asks. And the minutes left are counted down.
(function () {
  "use strict";

  function say(form, act) {
    var field = form.querySelector("[name=pressed]");
    if (!field) {
      field = document.createElement("input");
      field.type = "hidden";
      field.name = "pressed";
      form.append(field);
    }
    field.value = act;
  }

  for (const form of document.querySelectorAll("[data-press]")) {
    form.addEventListener("click", function (event) {
      var button = event.target.closest("button[name=do]");
      if (button && event.isTrusted) {
        say(form, button.value);
      }
    });
  }

  var place = document.querySelector("[data-until]");
  if (!place) {
    return;
  }
  // By the portal's clock: that of a phone may be wrong.
  var ends = Date.now() + (place.dataset.until - place.dataset.now) * 1000;
  var begun = ends > Date.now();

  function count() {
    var minutes = Math.floor((ends - Date.now()) / 60000);
    if (minutes >= 60) {
      return;
    }
    if (minutes > 0) {
      place.textContent = place.dataset.left.replace("{minutes}", minutes);
    } else if (ends > Date.now()) {
      place.textContent = place.dataset.under;
    } else {
      place.textContent = place.dataset.over;
      if (begun) {
        begun = false;
        // Somebody else is told by then: the page says whom.
        setTimeout(function () { location.reload(); }, 20000);
      }
    }
  }

  count();
  setInterval(count, 5000);
})();
