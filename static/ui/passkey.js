/* Lets the buttons of passkeys be pressed once the scripts behind them are there, and says it where a passkey was not
   used: cancelled, refused, or unknown to the browser. */
(function () {
  "use strict";

  function show(id) {
    var line = document.getElementById(id);
    if (line) {
      line.hidden = false;
    }
  }

  document.addEventListener("allauth.error", function (event) {
    event.preventDefault(); // else it is written to the console only
    show("passkey_failed");
  });

  document.addEventListener("DOMContentLoaded", function () {
    if (!window.PublicKeyCredential) {
      show("passkey_unknown");
      return;
    }
    document.querySelectorAll("[data-passkey]").forEach(function (button) {
      button.disabled = false;
    });
  });
})();
