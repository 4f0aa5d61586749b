// The locked page: it counts anew every few seconds, sounds for what is new and pressing, and goes back to the page
// that was left once the session is unlocked elsewhere.
(function () {
  "use strict";
  var main = document.querySelector("main[data-counts]");
  if (!main || !window.fetch) {
    return;
  }
  var EVERY = 3000; // ms
  var card = document.getElementById("lock");
  var trouble = document.getElementById("trouble");
  var words = JSON.parse(document.getElementById("queue-words").textContent);
  var newest = newestIn(document);
  var opened = 0; // how often in a row the session was found unlocked

  window.queuePlace = {
    say: function (name) { return words[name]; }
  };
  document.documentElement.classList.add("scripted");

  function head(root) {
    return root.querySelector("#lock-head [data-newest]");
  }

  function newestIn(root) {
    return Number(head(root).dataset.newest || 0);
  }

  function replace(answer, id) {
    var here = document.getElementById(id);
    var there = answer.getElementById(id);
    if (here.innerHTML.trim() !== there.innerHTML.trim()) {
      here.replaceChildren.apply(here, Array.prototype.map.call(there.childNodes, function (node) {
        return document.importNode(node, true);
      }));
    }
  }

  function draw(text) {
    var answer = new DOMParser().parseFromString(text, "text/html");
    var found = head(answer);
    document.title = answer.title;
    card.className = "lock-card " + found.dataset.level;
    replace(answer, "lock-head");
    replace(answer, "lock-counts");
    if (newestIn(answer) > newest) {
      document.getElementById("news").textContent = found.dataset.say;
      document.dispatchEvent(new CustomEvent("queue:sound", {
        detail: { emergency: found.dataset.level === "lv-emergency" }
      }));
    }
    newest = newestIn(answer);
  }

  // Unlocked, here or in another tab. Where it was here, the answer with the next page is on its way, and comes first.
  function open() {
    opened += 1;
    if (opened > 1) {
      window.location.replace(main.dataset.next);
    }
  }

  function count() {
    fetch(main.dataset.counts, { credentials: "same-origin", headers: { "X-Requested-With": "fetch" } }).then(
      function (response) {
        if (response.status === 204) {
          open();
          return "";
        }
        opened = 0;
        if (!response.ok) {
          throw new Error("not counted");
        }
        return response.text();
      }
    ).then(function (text) {
      trouble.hidden = true;
      if (text) {
        draw(text);
      }
    }).catch(function () {
      trouble.hidden = false;
    }).then(function () {
      window.setTimeout(count, EVERY);
    });
  }

  window.setTimeout(count, EVERY);
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) {
      count();
    }
  });
})();
