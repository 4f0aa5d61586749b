// The open queue. htmx asks every few seconds whether something has changed; this script makes that question
// a conditional one, keeps the reader's place and focus, says what is new, and works the keys.
(function () {
  "use strict";
  var live = document.getElementById("queue");
  var news = document.getElementById("queue-news");
  var trouble = document.getElementById("queue-trouble");
  var help = document.getElementById("keys");
  var keysOn = document.getElementById("keys-on");
  if (!live || !window.htmx) {
    return;
  }
  var REDRAW = 30000; // ms: clocks and ages are drawn anew this often even where nothing has changed
  var version = live.dataset.version;
  var drawnAt = Date.now();
  var answeredAt = new Date();
  var known = alerts();
  var place = null;

  function rows() {
    return Array.prototype.slice.call(live.querySelectorAll("tr[id^='row-']"));
  }

  function alerts() {
    var found = {};
    rows().forEach(function (row) {
      (row.dataset.alerts || "").split(" ").forEach(function (id) {
        found[id] = row.dataset.say;
      });
    });
    delete found[""];
    return found;
  }

  function rowOf(element) {
    return element && element.closest ? element.closest("tr[id^='row-']") : null;
  }

  function isPoll(event) {
    return event.detail.elt === live;
  }

  // ---- a cheap question: the server answers 304 where nothing has changed ----

  document.body.addEventListener("htmx:configRequest", function (event) {
    if (isPoll(event) && Date.now() - drawnAt < REDRAW) {
      event.detail.headers["If-None-Match"] = version;
    }
  });

  document.body.addEventListener("htmx:afterRequest", function (event) {
    var status = event.detail.xhr ? event.detail.xhr.status : 0;
    if (status >= 200 && status < 500) {
      answeredAt = new Date();
      trouble.hidden = true;
    }
  });

  function unanswered(event) {
    if (isPoll(event)) {
      trouble.querySelector("[data-since]").textContent = answeredAt.toTimeString().slice(0, 5);
      trouble.hidden = false;
    }
  }
  document.body.addEventListener("htmx:sendError", unanswered);
  document.body.addEventListener("htmx:timeout", unanswered);
  document.body.addEventListener("htmx:responseError", unanswered);

  // ---- the reader's place: the first row on the screen stays where it is ----

  document.body.addEventListener("htmx:beforeSwap", function (event) {
    if (event.detail.target !== live || !event.detail.shouldSwap) {
      return;
    }
    if (!event.detail.xhr.getResponseHeader("ETag")) {
      event.detail.shouldSwap = false; // the sign-in page: this session is over
      window.location.reload();
      return;
    }
    var top = rows().filter(function (row) { return row.getBoundingClientRect().bottom > 0; })[0];
    var focused = rowOf(document.activeElement);
    place = {
      row: top && top.id,
      offset: top && top.getBoundingClientRect().top,
      focus: focused && focused.id,
      index: focused ? rows().indexOf(focused) : -1
    };
  });

  document.body.addEventListener("htmx:afterSwap", function (event) {
    if (event.detail.target !== live) {
      return;
    }
    version = event.detail.xhr.getResponseHeader("ETag");
    drawnAt = Date.now();
    keepPlace();
    keepFocus();
    tell();
  });

  function keepPlace() {
    var row = place && place.row && document.getElementById(place.row);
    if (row && window.scrollY > 0) {
      // At once: the stylesheet underneath scrolls smoothly, and the page would be seen to jump.
      window.scrollBy({ top: row.getBoundingClientRect().top - place.offset, behavior: "instant" });
    }
  }

  // htmx gives the focus back to what has the same id; where that is gone, the row has it, else the next one.
  function keepFocus() {
    if (!place || !place.focus || rowOf(document.activeElement)) {
      return;
    }
    var now = rows();
    reach(document.getElementById(place.focus) || now[Math.min(place.index, now.length - 1)], true);
  }

  // ---- what is new ----

  function tell() {
    var said = live.querySelector("[data-said]");
    var current = alerts();
    var fresh = Object.keys(current).filter(function (id) { return !(id in known); });
    var names = fresh.map(function (id) { return current[id]; });
    names = names.filter(function (name, index) { return names.indexOf(name) === index; });
    known = current;
    if (said || fresh.length) {
      var waiting = live.querySelector("[data-waiting]").dataset.waiting;
      var sentence = said ? said.textContent.trim() + " " : "";
      news.textContent = sentence + (fresh.length ? "New. " + names.join(", ") + ". " : "") + "Waiting: " + waiting + ".";
    }
  }

  // ---- keys ----

  function reach(row, quiet) {
    var link = row && row.querySelector(".q-who a");
    if (link) {
      link.focus({ preventScroll: Boolean(quiet) });
    }
  }

  function move(step) {
    var all = rows();
    var index = all.indexOf(rowOf(document.activeElement));
    reach(all[index < 0 ? 0 : Math.min(Math.max(index + step, 0), all.length - 1)]);
  }

  function press(selector) {
    var row = rowOf(document.activeElement);
    var control = row && row.querySelector(selector);
    if (control) {
      control.click();
    }
  }

  var KEYS = {
    j: function () { move(1); },
    k: function () { move(-1); },
    a: function () { press("form button"); },
    o: function () { press(".q-who a"); },
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
