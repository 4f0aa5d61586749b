// The emergency question of the check-in. A tick other than "None of these" brings up the advice to call
// and hides the other questions. The stylesheet does that alone where it knows :has(); the class set here
// does it elsewhere. The advice is also read out, which no stylesheet can do.
(function () {
  "use strict";
  var form = document.querySelector("form.ask");
  var question = form && form.querySelector(".first");
  if (!question) {
    return;
  }
  var announcement = form.querySelector(".announce");

  function ticked() {
    var inputs = question.querySelectorAll("input:checked");
    return Array.prototype.some.call(inputs, function (input) {
      return input.value !== "none";
    });
  }

  function show() {
    var emergency = ticked();
    if (emergency === form.classList.contains("emergency")) {
      return; // a second tick changes nothing: the advice is not read out again
    }
    form.classList.toggle("emergency", emergency);
    if (announcement) {
      announcement.textContent = emergency ? announcement.getAttribute("data-advice") : "";
    }
  }

  question.addEventListener("change", show);
  window.addEventListener("pageshow", show); // ticks that the browser kept when the reader came back
})();
