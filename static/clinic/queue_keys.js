// The single keys of the queue. They act on the row that has the focus, and on none where no row has.
(function () {
  "use strict";
  var live = document.getElementById("queue");
  var help = document.getElementById("keys");
  var keysOn = document.getElementById("keys-on");
  var dock = document.getElementById("new");
  if (!live || !help) {
    return;
  }

  function rows() {
    return Array.prototype.slice.call(live.querySelectorAll("tr[id^='row-']"));
  }

  function current() {
    var row = document.activeElement && document.activeElement.closest("tr[id^='row-']");
    return row && live.contains(row) ? row : null;
  }

  function move(step) {
    var all = rows();
    var index = all.indexOf(current());
    var row = all[index < 0 ? 0 : Math.min(Math.max(index + step, 0), all.length - 1)];
    if (row) {
      row.querySelector(".q-who a").focus();
    }
  }

  function press(selector) {
    var row = current();
    var control = row && row.querySelector(selector);
    if (control) {
      control.click();
    }
  }

  var KEYS = {
    j: function () { move(1); },
    k: function () { move(-1); },
    a: function () { press("button[id^='acknowledge-']"); },
    o: function () { press(".q-who a"); },
    n: function () {
      if (!dock.hidden) {
        (dock.querySelector("#queue-alarms form:not([hidden]) button, .news:not([hidden])") || dock).focus();
      }
    },
    "?": function () {
      help.open = !help.open;
      help.querySelector("summary").focus();
    }
  };

  try {
    keysOn.checked = window.localStorage.getItem("queue-keys") !== "off";
  } catch (error) {
    keysOn.checked = true; // a browser that keeps nothing
  }
  keysOn.addEventListener("change", function () {
    try {
      window.localStorage.setItem("queue-keys", keysOn.checked ? "on" : "off");
    } catch (error) {
      return; // it holds for this page only
    }
  });

  document.addEventListener("keydown", function (event) {
    var typing = event.target.closest && event.target.closest("input, select, textarea");
    if (typing || !keysOn.checked || event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) {
      return;
    }
    event.preventDefault();
    KEYS[event.key]();
  });
})();
