// Ages and times left on an open page, counted on by the server's clock: the clock of this computer may be wrong, and
// jump. The words are those of the page (aftercare/ui/counting/). Until the server has said what time it is, and
// without script, a page shows the ages of its load.
(function () {
  "use strict";
  var given = document.getElementById("counting-words");
  if (!given) {
    return;
  }
  var words = JSON.parse(given.textContent);
  var MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR; // ms
  var SHOWN_IN_HOURS = 168;
  var PLACES = "time[data-after], path[data-begins]";
  var ahead = null; // ms: the server's clock before that of this computer

  function fill(sentence, values) {
    return Object.keys(values).reduce(function (said, key) {
      return said.split("%(" + key + ")s").join(values[key]);
    }, sentence);
  }

  // ---- spans ----

  function counted(name, count, values) {
    var known = words[name], size = known.of.length;
    var form = known.of[count < size ? count : size / 2 + count % (size / 2)];
    return fill(known.forms[form], values);
  }

  function age(span) {
    var days = Math.floor(span / DAY), hours = Math.floor(span / HOUR), minutes = Math.floor(span / MINUTE);
    if (!hours) {
      return fill(words["minutes"], { minutes: minutes });
    }
    if (!days) {
      return fill(words[minutes % 60 ? "hours_minutes" : "hours"], { hours: hours, minutes: minutes % 60 });
    }
    return counted(hours % 24 ? "days_hours" : "days", days, { days: days, hours: hours % 24 });
  }

  function inDays(span) {
    return age(span < DAY ? span : span - span % DAY);
  }

  function sinceTreatment(span) {
    var hours = Math.floor(span / HOUR), days = Math.floor(hours / 24);
    return hours < SHOWN_IN_HOURS ? fill(words["hours"], { hours: hours }) : counted("days", days, { days: days });
  }

  // ---- what a page shows of them ----

  // What stands in a place at an instant of the server's clock.
  function sentence(place, now) {
    var passed = now - Date.parse(place.getAttribute("datetime"));
    var data = place.dataset;
    if (data.near && Math.abs(passed) < MINUTE) {
      return data.near;
    }
    var isAhead = data.before && passed < 0;
    var span = isAhead ? -passed : Math.max(passed, 0);
    var say = data.span === "days" ? inDays : data.span === "treated" ? sinceTreatment : age;
    return fill(isAhead ? data.before : data.after, { span: say(span) });
  }

  // The elapsed part of a pie on a grid of 24 by 24.
  function wedge(place, now) {
    var begins = Date.parse(place.dataset.begins);
    var share = (now - begins) / (Date.parse(place.dataset.ends) - begins);
    var angle = 2 * Math.PI * Math.min(Math.max(share, 0.01), 0.99);
    var end = (12 + 7 * Math.sin(angle)).toFixed(1) + " " + (12 - 7 * Math.cos(angle)).toFixed(1);
    return "M12 12V5A7 7 0 " + (angle > Math.PI ? 1 : 0) + " 1 " + end + "z";
  }

  function put(place, text) {
    if (place.dataset.begins) {
      place.setAttribute("d", text);
    } else {
      place.textContent = text;
    }
  }

  function shown(place) {
    return place.dataset.begins ? place.getAttribute("d") : place.textContent;
  }

  function placesIn(root) {
    return Array.prototype.slice.call(root.querySelectorAll(PLACES));
  }

  function now() {
    return ahead === null ? null : Date.now() + ahead;
  }

  // What is no longer right below an element: each with its place, and the text before and after.
  function changes(root) {
    var instant = now();
    return instant === null ? [] : placesIn(root).map(function (place) {
      var text = place.dataset.begins ? wedge(place, instant) : sentence(place, instant);
      return { place: place, before: shown(place), after: text };
    }).filter(function (change) { return change.before !== change.after; });
  }

  function apply(found, side) {
    found.forEach(function (change) { put(change.place, change[side]); });
  }

  // The time of the day in a zone; empty where this browser does not know the zone, or the script not the format.
  function clock(zone) {
    if (now() === null || !words["clock"] || !window.Intl) {
      return "";
    }
    try {
      var format = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
      var parts = new Intl.DateTimeFormat("en-GB", format).format(now()).split(":");
      return fill(words["clock"], { hour: parts[0], short_hour: String(Number(parts[0])), minute: parts[1] });
    } catch (error) {
      return "";
    }
  }

  window.counting = {
    // Take the server's clock from an answer that has just arrived, in milliseconds.
    hear: function (instant) {
      if (instant) {
        ahead = Number(instant) - Date.now();
      }
    },
    changes: changes,
    apply: apply,
    count: function (root) { apply(changes(root), "after"); },
    // Take out what this script counts, so that two drawings can be compared.
    blank: function (root) { placesIn(root).forEach(function (place) { put(place, ""); }); },
    clock: clock,
    sentence: sentence,
    wedge: wedge
  };
})();
