// The button that copies a text of the page; without this script it is marked and copied by hand.
(function () {
  "use strict";
  var button = document.querySelector("[data-copy]");
  var said = document.querySelector("[data-copied]");
  if (!button || !navigator.clipboard) {
    return;
  }
  button.hidden = false;
  button.addEventListener("click", function () {
    var text = document.getElementById(button.getAttribute("data-copy")).textContent;
    navigator.clipboard.writeText(text).then(
      function () { said.textContent = said.getAttribute("data-copied"); },
      function () { said.textContent = said.getAttribute("data-failed"); }
    );
  });
})();
