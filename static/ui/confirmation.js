// Keeps what a result says about the clinic true while the page is open: sent, seen, or nobody has confirmed.
// Without this script, loading the page again does the same.
(function () {
  "use strict";
  var region = document.querySelector("[data-confirmation]");
  if (!region || !window.fetch) {
    return;
  }
  var every = 5000; // milliseconds; longer each time, up to a minute

  function say(html) {
    // Written only when it has changed: a screen reader reads out what is written here.
    var fresh = document.createElement("template");
    fresh.innerHTML = html;
    if (fresh.innerHTML.trim() !== region.innerHTML.trim()) {
      region.innerHTML = html;
    }
  }

  function stale(is) {
    var line = region.querySelector(".stale");
    if (line) {
      line.hidden = !is;
    }
  }

  function look() {
    if (document.hidden) {
      return again();
    }
    return fetch(region.getAttribute("data-confirmation"), { credentials: "same-origin" })
      .then(function (response) {
        if (!response.ok || response.redirected) {
          throw new Error("no answer");
        }
        return response.text();
      })
      .then(function (html) {
        stale(false);
        say(html);
      })
      .catch(function () {
        stale(true);
      })
      .then(again);
  }

  function again() {
    if (!region.querySelector("[data-settled]")) {
      window.setTimeout(look, every);
      every = Math.min(every * 1.15, 60000);
    }
  }

  document.addEventListener("visibilitychange", function () {
    every = 5000;
  });
  again();
})();
