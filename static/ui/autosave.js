// A ticked emergency is saved without waiting for "send": when a telephone link is pressed, when the page is left,
// or after half a minute. It goes where the form goes, under the form's token, so that sending the form corrects it.
(function () {
  "use strict";
  var form = document.querySelector("form.ask");
  var question = form && form.querySelector(".first");
  var saving = form && form.querySelector("[data-saving]");
  if (!question || !saving || !window.fetch || !window.URLSearchParams) {
    return;
  }
  var WAIT = 30000; // ms that a tick stands before it is saved
  var PATIENCE = 8000; // ms to wait for the answer
  var KEPT = 202; // the worker's answer: not sent, but kept on this phone
  var mended = form.querySelector("[data-mended]");
  var mistake = form.querySelector("[data-mistake]");
  var stored = null; // the form as the clinic has it, where it has one
  var asked = null; // the form as it is on its way
  var underway = null; // settled when its answer has come
  var leaving = false; // the form itself is on its way
  var timer = null;

  function ticked() {
    return Array.prototype.some.call(question.querySelectorAll("input:checked"), function (input) {
      return input.value !== "none";
    });
  }

  function say(region, state) {
    Array.prototype.forEach.call(region.querySelectorAll("[data-state]"), function (line) {
      line.hidden = line.getAttribute("data-state") !== state;
    });
  }

  function filled() {
    var data = new FormData(form);
    data.set("autosave", "1");
    return new URLSearchParams(data).toString();
  }

  function post(body) {
    var options = {
      method: "POST",
      body: body,
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      credentials: "same-origin",
      redirect: "manual",
      keepalive: true
    };
    if (window.AbortController) {
      var patience = new AbortController();
      options.signal = patience.signal;
      window.setTimeout(function () { patience.abort(); }, PATIENCE);
    }
    return fetch(form.action, options).then(function (response) {
      if (!response.ok) {
        throw new Error("not saved");
      }
      return response.status === KEPT ? { kept: true } : response.json();
    });
  }

  function save() {
    var body = filled();
    if (leaving || body === stored || body === asked) {
      return underway;
    }
    asked = body;
    var before = underway || Promise.resolve();
    underway = (underway ? before.then(function () { return post(body); }) : post(body)).then(
      function (answer) {
        if (answer.kept) {
          settle(body, "kept"); // on this phone: the worker sends it once there is a network
          return false;
        }
        stored = body;
        saving.querySelector("[data-at]").textContent = answer.saved;
        settle(body, "saved");
        return true;
      },
      function () {
        settle(body, "failed");
        watch(); // and tried again
        return false;
      }
    );
    return underway;
  }

  function settle(body, state) {
    if (asked === body) {
      asked = underway = null;
    }
    say(saving, state);
  }

  function watch() {
    window.clearTimeout(timer);
    if (ticked()) {
      timer = window.setTimeout(saveTicked, WAIT);
    }
  }

  function saveTicked() {
    if (ticked()) {
      save();
    }
  }

  // ---- what the reader sees ----

  form.querySelector("[data-without-script]").hidden = true;
  saving.hidden = mistake.hidden = false;

  function changed() {
    var emergency = ticked();
    if (emergency && filled() !== stored) {
      say(saving, "will");
    }
    mended.hidden = emergency || !(stored || asked);
    say(mended, "open");
    watch();
  }

  mistake.addEventListener("click", function () {
    var inputs = question.querySelectorAll("input");
    Array.prototype.forEach.call(inputs, function (input) {
      input.checked = input.value === "none" && Boolean(stored || asked);
    });
    inputs[0].dispatchEvent(new Event("change", { bubbles: true }));
    inputs[0].focus();
    Promise.resolve(underway).then(function () {
      return stored && !ticked() ? save() : false;
    }).then(function (done) {
      say(mended, done ? "mended" : "open");
      mended.hidden = ticked() || !stored;
    });
  });

  // ---- when it is saved ----

  question.addEventListener("change", changed);
  document.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest("a[href^='tel:']")) {
      saveTicked();
    }
  });
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden") {
      saveTicked();
    }
  });
  window.addEventListener("pagehide", saveTicked);
  window.addEventListener("online", saveTicked);

  // What is on its way arrives before the form does: else it would correct the form's answers.
  form.addEventListener("submit", function (event) {
    if (!underway) {
      leaving = true;
      return;
    }
    event.preventDefault();
    underway.then(function () {
      leaving = true;
      form.submit();
    });
  });
  if (form.hasAttribute("data-stored")) {
    stored = filled(); // the clinic has these answers
  }
  window.addEventListener("pageshow", function () {
    leaving = false;
    changed();
  });
})();
