// The open queue. htmx asks every few seconds whether something has changed, and this script makes that question a
// conditional one. A new minute is no change: ages are counted on here, by the clock of the server's last answer. The
// script never moves a row: a row that is there is drawn anew in its place, unless a pointer or the focus is in it;
// what is new waits in the dock until somebody asks for it.
(function () {
  "use strict";
  var live = document.getElementById("queue");
  var place = window.queuePlace;
  var dock = window.queueDock;
  var clock = window.queueClock;
  var counting = window.counting;
  if (!live || !window.htmx || !place || !dock || !clock) {
    return;
  }
  var rowsIn = place.rowsIn, rowOf = place.rowOf, isHeld = place.isHeld, steadily = place.steadily;
  var keepHeight = place.keepHeight, fill = place.fill, startClock = place.startClock;
  var SETTLED = 500; // ms: a press so soon after rows have moved was aimed at what stood there before
  var version = live.dataset.version;
  var movedAt = 0;
  var latest = null; // the newest answer, as a document
  var sources = new WeakMap(); // the markup that each row was drawn from
  var seen = {}; // which alerts waited, and since when, when somebody last asked for the whole list

  function listOf(answer) {
    return answer.getElementById("queue");
  }

  function sectionOf(row) {
    return row.closest("[data-section]").dataset.section;
  }

  // What a row was drawn from, without what differs between two drawings of the same row.
  function source(row) {
    var copy = row.cloneNode(true);
    counting.blank(copy);
    return copy.outerHTML.replace(/name="csrfmiddlewaretoken" value="[^"]*"/g, "");
  }

  function waitsOf(row) {
    return (row.dataset.waits || "").split(" ").filter(Boolean);
  }

  function remember(root) {
    rowsIn(root).forEach(function (row) {
      sources.set(row, source(row));
      startClock(row);
    });
  }

  function see(root) {
    rowsIn(root).forEach(function (row) {
      waitsOf(row).forEach(function (token) { seen[token] = true; });
    });
  }

  function swap(row, next) {
    var fresh = document.importNode(next, true);
    counting.count(fresh);
    var height = row.getBoundingClientRect().height;
    var focus = row.contains(document.activeElement) ? document.activeElement.id : null;
    var done = steadily(function () {
      row.replaceWith(fresh);
      keepHeight(fresh, height);
    }, function () {
      fresh.replaceWith(row);
    });
    if (!done) {
      return;
    }
    sources.set(fresh, source(next));
    window.htmx.process(fresh);
    startClock(fresh);
    if (focus !== null) {
      (document.getElementById(focus) || fresh.querySelector(".q-who a")).focus({ preventScroll: true });
    }
  }

  // A row that is no longer in the list keeps its place until the list is drawn anew.
  function leave(row, words) {
    if (row.classList.contains("gone")) {
      return;
    }
    keepHeight(row, row.getBoundingClientRect().height);
    row.classList.add("gone");
    row.classList.remove("hot");
    if (row.querySelector(".q-act").contains(document.activeElement)) {
      row.querySelector(".q-who a").focus({ preventScroll: true });
    }
    row.querySelector(".q-clock").textContent = words;
    row.querySelector(".q-act").textContent = "";
    sources.set(row, "");
  }

  // ---- what an answer changes ----

  function merge(answer, acted) {
    var list = listOf(answer);
    var gained = [];
    rowsIn(live).forEach(function (row) {
      var next = list.querySelector("#" + row.id);
      if (row.id !== acted && isHeld(row)) {
        return;
      }
      if (!next) {
        leave(row, place.say("gone"));
      } else if (source(next) !== sources.get(row)) {
        if (row.id !== acted && waitsAnew(next, row)) {
          gained.push(next);
        }
        swap(row, next);
      }
    });
    around(answer);
    say(answer, newRows(list), gained);
  }

  // The title, the notices and the counts.
  function around(answer) {
    document.title = answer.title;
    ["#standing", "#queue-count", "#queue-day", "#pill-all span", "#pill-mine span", "#pill-nobody span"].forEach(
      function (part) {
        var here = document.querySelector(part);
        var there = answer.querySelector(part);
        if (here && there) {
          fill(here, there.innerHTML.trim());
        }
      }
    );
  }

  // Rows that are not in their place on this page yet, and held ones of which more waits than they show.
  function newRows(list) {
    return rowsIn(list).filter(function (row) {
      var here = document.getElementById(row.id);
      return !here || sectionOf(here) !== sectionOf(row) || (isHeld(here) && waitsAnew(row, here));
    });
  }

  function waitsAnew(row, here) {
    return waitsOf(row).some(function (token) { return !here.dataset.waits.includes(token); });
  }

  function newAlarms(answer) {
    return Array.prototype.filter.call(answer.getElementById("alarms").children, function (bar) {
      return waitsOf(bar).some(function (token) { return !seen[token]; });
    });
  }

  function say(answer, fresh, gained) {
    var alarms = newAlarms(answer);
    var barred = alarms.map(function (bar) { return bar.dataset.row; });
    var below = fresh.filter(function (row) { return barred.indexOf(row.id) < 0; });
    dock.setNews(below, live.dataset.at);
    var sounding = dock.setAlarms(alarms).length > 0;
    var out = barred.filter(function (id) { return !live.querySelector("[data-section='now'] #" + id); });
    inTheHead(out.length + below.filter(function (row) { return sectionOf(row) === "now"; }).length);
    dock.tell(below, gained, sounding);
  }

  // "3 here, 1 below": the title counts all of them.
  function inTheHead(below) {
    var head = live.querySelector("#now [data-count]");
    var calm = live.querySelector("[data-calm]");
    if (head) {
      fill(head, below ? place.say("here_and_below", { here: head.dataset.count, below: below }) : head.dataset.count);
    }
    if (calm) {
      fill(calm, below ? place.say("waiting_below") : calm.dataset.calm);
    }
  }

  // The whole list, as it is now. Returns the rows that are new in it.
  function redraw(answer) {
    var fresh = newRows(listOf(answer)).map(function (row) { return row.id; });
    live.replaceChildren.apply(live, Array.prototype.map.call(listOf(answer).childNodes, function (node) {
      return document.importNode(node, true);
    }));
    Array.prototype.forEach.call(live.children, function (part) { window.htmx.process(part); });
    movedAt = Date.now();
    counting.count(live);
    live.dataset.at = clock.asOf();
    remember(live);
    around(answer);
    var rows = rowsIn(live).filter(function (row) { return fresh.indexOf(row.id) >= 0; });
    rows.forEach(function (row) { row.classList.add("fresh"); });
    return rows;
  }

  // Nobody waited, so that nothing can move: what comes stands in the list at once. It is told all the same.
  function fromNothing(answer) {
    var fresh = redraw(answer);
    say(answer, [], []);
    dock.tell(fresh, [], false);
  }

  function mayRedraw() {
    return !rowsIn(live).length && !live.querySelector(place.HOVER) && !live.contains(document.activeElement);
  }

  dock.onShow(function () {
    if (!latest) {
      return;
    }
    var first = redraw(latest)[0];
    see(live);
    say(latest, [], []);
    if (first) {
      first.querySelector(".q-who a").focus();
    }
  });

  // What was held is drawn once the pointer or the focus has gone on.
  ["pointerover", "focusin"].forEach(function (name) {
    var last = null;
    document.addEventListener(name, function (event) {
      var row = rowOf(event.target);
      if (row !== last && latest) {
        merge(latest);
      }
      last = row;
    });
  });

  live.addEventListener("click", function (event) {
    if (event.detail > 0 && Date.now() - movedAt < SETTLED) {
      event.preventDefault();
      event.stopPropagation();
    }
  }, true);

  // ---- question and answer ----

  function isPoll(event) {
    return event.detail.requestConfig ? event.detail.requestConfig.elt === live : event.detail.elt === live;
  }

  document.body.addEventListener("htmx:configRequest", function (event) {
    if (event.detail.elt === live) {
      event.detail.headers["If-None-Match"] = version;
    }
  });

  document.body.addEventListener("htmx:beforeSwap", function (event) {
    var xhr = event.detail.xhr;
    if (event.detail.target !== live) {
      return;
    }
    event.detail.shouldSwap = false;
    if (xhr.status !== 200 && xhr.status !== 409) {
      if (xhr.status === 304) {
        answered(xhr, null);
      }
      return;
    }
    if (!xhr.getResponseHeader("ETag")) {
      dock.setTrouble("out", clock.asOf()); // the sign-in page: this session is over
      document.dispatchEvent(new CustomEvent("session:over"));
      return;
    }
    receive(xhr, event.detail.requestConfig.elt);
  });

  function answered(xhr, answer) {
    clock.heard(xhr, answer);
    dock.setTrouble("");
  }

  function receive(xhr, by) {
    latest = new DOMParser().parseFromString(xhr.responseText, "text/html");
    answered(xhr, latest);
    version = xhr.getResponseHeader("ETag");
    var said = latest.getElementById("said");
    var problem = latest.getElementById("problem");
    var row = by === live ? null : rowOf(by);
    var bar = by === live ? null : by.closest(".alarm");
    if (by !== live) {
      dock.setProblem(problem);
    }
    if (bar && !problem) {
      dock.take(bar);
    }
    if (mayRedraw()) {
      fromNothing(latest);
    } else {
      if (row && said && !listOf(latest).querySelector("#" + row.id)) {
        leave(row, said.textContent);
      }
      merge(latest, row && row.id);
    }
    if (said) {
      dock.announce(said.textContent);
    }
  }

  function unanswered(event) {
    if (isPoll(event)) {
      dock.setTrouble("silent", clock.asOf());
    } else if (live === event.detail.target) {
      dock.setTrouble("refused", clock.asOf());
    }
  }
  document.body.addEventListener("htmx:sendError", unanswered);
  document.body.addEventListener("htmx:timeout", unanswered);
  document.body.addEventListener("htmx:responseError", unanswered);

  remember(live);
  see(live);
})();
