// The dock at the bottom edge of the queue: what came while the page was open stands there, so that no row moves.
// It grows at its top only, and while a pointer or the focus is in it, nothing in it goes away or moves: a second
// press lands where the first one did.
(function () {
  "use strict";
  var dock = document.getElementById("new");
  var place = window.queuePlace;
  if (!dock || !place || !window.counting) {
    return;
  }
  var alarms = document.getElementById("queue-alarms");
  var show = document.getElementById("queue-show");
  var problem = document.getElementById("queue-problem");
  var trouble = document.getElementById("queue-trouble");
  var LEVELS = ["emergency", "urgent", "same_day", "routine", "silent"];
  var SETTLED = 500; // ms: a press so soon after the dock has grown was aimed at what stood there before
  var news = null; // what the bar should say once nothing holds the dock
  var grownAt = 0;
  var region = document.getElementById("queue-news");
  var told = {}; // the new rows that were announced
  var waiting = {}; // the alarms that should stand, by the id of their row

  function isHeld() {
    return !dock.hidden && (dock.matches(place.HOVER) || dock.querySelector(":focus-visible") !== null);
  }

  function settle() {
    var empty = show.hidden && problem.hidden && trouble.hidden && !alarms.children.length;
    var before = dock.hidden ? 0 : dock.offsetHeight;
    dock.hidden = empty;
    document.body.classList.toggle("docked", !empty);
    if (dock.offsetHeight > before) {
      grownAt = Date.now();
    }
    if (!empty && !isHeld()) {
      turnAside();
    }
  }

  // It covers no row that a pointer or the focus is in: then it stands at the top edge.
  function turnAside() {
    var held = place.rowsIn(document).filter(place.isHeld)[0];
    dock.classList.remove("dock-top");
    if (held && held.getBoundingClientRect().bottom > dock.getBoundingClientRect().top) {
      dock.classList.add("dock-top");
    }
  }

  // ---- the bar that says how many are new ----

  function counted(rows) {
    return LEVELS.map(function (level) {
      var count = rows.filter(function (row) { return row.dataset.lv === level; }).length;
      return count ? place.say(level, { count: count }) : "";
    }).filter(Boolean).join(", ");
  }

  function drawNews() {
    var held = isHeld();
    if (!news || (held && show.hidden)) {
      if (!held) {
        show.hidden = true;
      }
      show.classList.toggle("news-done", !news);
      return;
    }
    show.classList.remove("news-done");
    show.querySelector("[data-number]").textContent = news.number;
    show.querySelector("[data-words]").textContent = news.words;
    show.hidden = false;
  }

  // ---- a bar for each new emergency ----

  function standing(row) {
    return Array.prototype.filter.call(alarms.children, function (bar) { return bar.dataset.row === row; })[0];
  }

  function take(bar) {
    bar.removeAttribute("role"); // it has been said
    bar.querySelector("form").hidden = true;
    bar.querySelector("[data-taken]").hidden = false;
  }

  function drawAlarms() {
    var held = isHeld();
    Array.prototype.slice.call(alarms.children).forEach(function (bar) {
      if (waiting[bar.dataset.row]) {
        return;
      }
      if (!held) {
        bar.remove();
      } else if (!bar.querySelector("form").hidden) {
        take(bar);
      }
    });
    Object.keys(waiting).forEach(function (row) {
      var old = standing(row);
      var bar = waiting[row];
      if (old && (held || old.dataset.waits === bar.dataset.waits)) {
        return;
      }
      bar = document.importNode(bar, true);
      window.counting.count(bar); // once: an alert that changed would be read out again
      if (old) {
        old.replaceWith(bar);
      } else {
        alarms.prepend(bar);
      }
      window.htmx.process(bar);
    });
  }

  function announce(words) {
    region.textContent = words;
  }

  function isPressing(row) {
    return row.dataset.lv === "urgent" || row.dataset.lv === "emergency";
  }

  function draw() {
    drawAlarms();
    drawNews();
    settle();
  }

  dock.addEventListener("click", function (event) {
    if (event.detail > 0 && Date.now() - grownAt < SETTLED) {
      event.preventDefault();
      event.stopPropagation();
    }
  }, true);

  // Once nothing holds it any more, it says what it should.
  ["pointerleave", "focusout"].forEach(function (name) {
    dock.addEventListener(name, function () { window.setTimeout(draw, 50); });
  });

  function fill(box, template, since) {
    if (box.dataset.says !== template.id) {
      box.replaceChildren(template.content.cloneNode(true));
      box.dataset.says = template.id;
    }
    var moment = box.querySelector("[data-since]");
    if (moment) {
      moment.textContent = since;
    }
    box.hidden = false;
    settle();
  }

  window.queueDock = {
    announce: announce,
    // Say it once, aloud and with a sound: rows that are new, rows with a newer report, a bar that came.
    tell: function (rows, gained, barred) {
      var news = rows.filter(function (row) { return !told[row.id + row.dataset.waits]; });
      news.forEach(function (row) { told[row.id + row.dataset.waits] = true; });
      if (news.length || gained.length) {
        var said = (news.length ? news : gained).map(function (row) { return row.dataset.say; }).join(", ");
        announce(place.say(news.length ? "new_rows" : "new_reports", { rows: said }));
      }
      if (barred || news.concat(gained).some(isPressing)) {
        document.dispatchEvent(new CustomEvent("queue:sound", { detail: { emergency: barred } }));
      }
    },
    // The rows that are new since a time of the day.
    setNews: function (rows, since) {
      news = rows.length ? {
        number: place.say("number", { count: rows.length }),
        words: place.say("since", { time: since, counts: counted(rows) })
      } : null;
      draw();
    },
    // The bars that should stand. Returns those that are new.
    setAlarms: function (bars) {
      waiting = {};
      bars.forEach(function (bar) { waiting[bar.dataset.row] = bar; });
      var fresh = bars.filter(function (bar) {
        var old = standing(bar.dataset.row);
        return !old || old.dataset.waits !== bar.dataset.waits;
      });
      draw();
      return fresh;
    },
    take: take,
    isHeld: isHeld,
    setProblem: function (found) {
      problem.hidden = !found;
      if (found) {
        problem.replaceChildren.apply(problem, found.children);
        problem.lastElementChild.append(document.getElementById("hide-problem").content.cloneNode(true));
        problem.querySelector("button").addEventListener("click", function () {
          problem.hidden = true;
          settle();
        });
      }
      settle();
    },
    setTrouble: function (name, since) {
      if (!name) {
        trouble.hidden = true;
        settle();
        return;
      }
      fill(trouble, document.getElementById("trouble-" + name), since);
    },
    onShow: function (act) { show.addEventListener("click", act); }
  };
})();
