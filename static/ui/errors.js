// Puts the reader at the list of what is wrong: the page has just come back after "send".
(function () {
  "use strict";
  var summary = document.querySelector(".callout.errors");
  if (summary) {
    summary.focus();
  }
})();
