// The places of the rows of the queue: which row is held by a pointer or the focus, changes that leave it where it is,
// and the minute in which a closing can be undone in its row.
(function () {
  "use strict";
  var live = document.getElementById("queue");
  if (!live) {
    return;
  }
  var HOVER = window.matchMedia("(hover: hover)").matches ? ":hover" : ":active";

  // The words of the queue's scripts, as the page has them in the reader's language.
  var words = JSON.parse(document.getElementById("queue-words").textContent);

  function say(name, values) {
    return Object.keys(values || {}).reduce(function (said, key) {
      return said.replace("%(" + key + ")s", function () { return values[key]; });
    }, words[name]);
  }

  function rowsIn(root) {
    return Array.prototype.slice.call(root.querySelectorAll("tr[id^='row-']"));
  }

  function rowOf(element) {
    return element && element.closest ? element.closest("tr[id^='row-']") : null;
  }

  function isHeld(row) {
    return row.matches(HOVER) || row.contains(document.activeElement);
  }

  // The row that must not move: the held one, else the first on the screen.
  function anchorOf() {
    var rows = rowsIn(live);
    return rows.filter(isHeld)[0] || rows.filter(function (row) { return row.getBoundingClientRect().bottom > 0; })[0];
  }

  // Do something that may change heights. False, and undone, where that would move a row that is held.
  function steadily(act, undo) {
    var anchor = anchorOf();
    var before = anchor && anchor.getBoundingClientRect().top;
    act();
    if (!anchor || !anchor.isConnected) {
      return true;
    }
    if (hold(anchor, before) || !isHeld(anchor)) {
      return true;
    }
    undo();
    hold(anchor, before);
    return false;
  }

  function hold(anchor, before) {
    var off = anchor.getBoundingClientRect().top - before;
    if (Math.abs(off) > 0.5) {
      // At once: the stylesheet underneath scrolls smoothly, and the page would be seen to jump.
      window.scrollBy({ top: off, behavior: "instant" });
    }
    return Math.abs(anchor.getBoundingClientRect().top - before) <= 1;
  }

  function keepHeight(row, height) {
    row.style[window.getComputedStyle(row).display === "table-row" ? "height" : "minHeight"] = height + "px";
  }

  // Put other words in a place. They may need another line: no held row moves by it.
  function fill(place, html) {
    var before = place.innerHTML;
    if (before !== html) {
      steadily(function () { place.innerHTML = html; }, function () { place.innerHTML = before; });
    }
  }

  window.addEventListener("resize", function () {
    rowsIn(live).forEach(function (row) { row.style.height = row.style.minHeight = ""; });
  });

  // ---- a minute to undo ----

  function startClock(row) {
    var place = row.querySelector("[data-seconds]");
    if (place) {
      place.dataset.until = Date.now() + 1000 * place.dataset.seconds;
    }
  }

  window.setInterval(function () {
    Array.prototype.forEach.call(live.querySelectorAll("[data-until]"), function (place) {
      var left = Math.max(Math.round((place.dataset.until - Date.now()) / 1000), 0);
      place.textContent = left ? say("seconds", { seconds: left }) : say("over");
      place.closest("button").disabled = !left;
    });
  }, 1000);

  window.queuePlace = {
    HOVER: HOVER,
    say: say,
    rowsIn: rowsIn,
    rowOf: rowOf,
    isHeld: isHeld,
    steadily: steadily,
    keepHeight: keepHeight,
    fill: fill,
    startClock: startClock
  };
})();
