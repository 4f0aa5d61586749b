// The time on the queue's page: until when its list is known to be right, and ages that count on. Both go by the clock
// of the server's last answer. Ages change where they stand: no held row moves by it, and nothing reads them out.
(function () {
  "use strict";
  var live = document.getElementById("queue");
  var asOf = document.getElementById("queue-as-of");
  var place = window.queuePlace;
  var counting = window.counting;
  if (!live || !asOf || !place || !counting) {
    return;
  }
  var NOW = "X-Aftercare-Now"; // header, in milliseconds

  function count() {
    var found = counting.changes(live);
    if (found.length) {
      place.steadily(
        function () { counting.apply(found, "after"); },
        function () { counting.apply(found, "before"); }
      );
    }
  }

  window.queueClock = {
    // An answer has arrived: its page, or null where nothing is new.
    heard: function (xhr, answer) {
      counting.hear(xhr.getResponseHeader(NOW));
      var said = counting.clock(asOf.dataset.clockIn) || (answer && answer.getElementById("queue-as-of").innerHTML);
      if (said) {
        place.fill(asOf, said);
      }
      count();
    },
    asOf: function () { return asOf.textContent.trim(); }
  };

  window.setInterval(count, 1000);
})();
