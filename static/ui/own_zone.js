// Offers the zone of this device where it is not the patient's: after a flight, reminders come by the clock there.
(function () {
  "use strict";
  var offer = document.querySelector("[data-own-zone]");
  var here = offer && window.Intl && Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!here || here.indexOf("/") < 0 || here === offer.getAttribute("data-own-zone")) {
    return;
  }
  offer.querySelector("input").value = here;
  offer.querySelector("[data-place]").textContent = here.split("/").pop().replace(/_/g, " ");
  offer.hidden = false;
})();
