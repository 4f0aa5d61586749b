/* Offers to put the portal on the phone, where the browser can do that; else the button stays hidden. */
(function () {
  "use strict";

  var button = document.querySelector("[data-add-to-phone]");
  var offer = null;

  window.addEventListener("beforeinstallprompt", function (event) {
    event.preventDefault();
    offer = event;
    button.hidden = false;
  });

  window.addEventListener("appinstalled", function () {
    button.hidden = true;
  });

  button.addEventListener("click", function () {
    button.hidden = true;
    offer.prompt();
  });
})();
