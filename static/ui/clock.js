// Says "clinic time" where this browser's clock is not the clinic's. Without script nothing is said, and times
// are the clinic's all the same.
(function () {
  "use strict";
  var note = document.querySelector("[data-zone]");
  if (!note || !window.Intl) {
    return;
  }

  function clock(zone) {
    var shown = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" };
    if (zone) {
      shown.timeZone = zone;
    }
    return new Intl.DateTimeFormat("en-GB", shown).format(now);
  }

  var now = new Date();
  try {
    if (clock(note.getAttribute("data-zone")) !== clock()) {
      document.documentElement.classList.add("elsewhere");
      note.hidden = false;
    }
  } catch (error) {
    // A browser that does not know the zone says nothing.
  }
})();
