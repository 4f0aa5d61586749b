// The end of a session of staff: a warning before it, and what is typed is kept. The server decides how long a session
// lasts; this script asks it, and never keeps a session open by asking. What is done in another tab counts too.
(function () {
  "use strict";
  var warning = document.getElementById("session-end");
  if (!warning || !window.fetch || !window.URLSearchParams) {
    return;
  }
  var WARN = 1000 * warning.dataset.warn; // ms before the end
  var AGAIN = 5000; // ms: how often is asked while the warning stands, or where nothing was answered
  var LONGEST = 600000; // ms: a computer that slept has missed its timers
  var typed = []; // the forms in which something was typed, the last one at the end
  var timer = null;
  var leaving = false;

  // ---- what was typed ----

  document.addEventListener("input", function (event) {
    var form = event.target.form;
    if (form && !form.matches("[role=search]") && form.querySelector("[data-kept], [name=drawn_for]")) {
      typed = typed.filter(function (other) { return other !== form; });
      typed.push(form);
    }
  });

  document.addEventListener("submit", function (event) {
    typed = typed.filter(function (other) { return other !== event.target; });
  });

  function filled(form) {
    var data = new FormData(form);
    Array.from(data.keys()).forEach(function (name) {
      if (name === "csrfmiddlewaretoken" || typeof data.get(name) !== "string") {
        data.delete(name); // a file cannot be kept
      }
    });
    var action = new URL(form.getAttribute("action") || "", window.location.href);
    return [action.pathname, new URLSearchParams(data).toString()];
  }

  function attached() {
    return typed.filter(function (form) { return form.isConnected; });
  }

  // ---- questions to the server ----

  // That of the cookie, which is the newest: another tab may have signed in since this page was drawn.
  function token() {
    var found = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
    return found ? found[1] : warning.querySelector("[name=csrfmiddlewaretoken]").value;
  }

  function RefusedError(status) {
    this.status = status;
  }

  function ask(path, body) {
    var options = { credentials: "same-origin", headers: { Accept: "application/json" } };
    if (body) {
      options.method = "POST";
      options.body = body;
      options.headers["X-CSRFToken"] = token();
    }
    return fetch(path, options).then(function (response) {
      if (!response.ok) {
        throw new RefusedError(response.status);
      }
      return response.json();
    });
  }

  function look() {
    return ask(warning.dataset.time).then(heed, later);
  }

  function later() {
    again(AGAIN);
  }

  function again(wait) {
    window.clearTimeout(timer);
    timer = window.setTimeout(look, Math.max(Math.min(wait, LONGEST), 500));
  }

  function heed(session) {
    document.documentElement.classList.remove("hidden-until-locked");
    if (session.left === null) {
      return;
    }
    if (session.left <= 0) {
      if (session.is_locked) {
        lock();
      } // else somebody signed out elsewhere: what is there stays, and a form that is sent is held
    } else if (1000 * session.left <= WARN) {
      warn(session);
      again(Math.min(1000 * session.left, AGAIN));
    } else {
      hide();
      again(1000 * session.left - WARN);
    }
  }

  // ---- the warning ----

  function warn(session) {
    Array.prototype.forEach.call(warning.querySelectorAll("[data-at]"), function (place) {
      place.textContent = session.at;
    });
    Array.prototype.forEach.call(warning.querySelectorAll("[data-final]"), function (part) {
      part.hidden = (part.dataset.final === "yes") !== session.is_final;
    });
    if (!warning.open) {
      warning.showModal();
    }
  }

  function hide() {
    if (warning.open) {
      warning.close();
    }
  }

  function stay() {
    hide();
    ask(warning.dataset.time, new URLSearchParams({ stay: "yes" })).then(heed, later);
  }

  warning.querySelector("form").addEventListener("submit", function (event) {
    event.preventDefault();
    stay();
  });
  warning.addEventListener("cancel", function (event) {
    event.preventDefault(); // Escape: somebody is there
    stay();
  });

  // ---- the end ----

  function lock() {
    if (leaving) {
      return;
    }
    leaving = true;
    ask(warning.dataset.lock, new URLSearchParams({
      path: window.location.pathname + window.location.search,
      forms: JSON.stringify(attached().map(filled))
    })).then(function (answer) {
      if (!answer.is_locked) {
        leaving = false; // somebody is there, in another tab
        look();
        return;
      }
      warning.dataset.over = "yes";
      window.location.replace(answer.url);
    }, function (error) {
      leaving = false;
      if (error instanceof RefusedError) {
        window.location.reload();
        return;
      }
      document.documentElement.classList.add("hidden-until-locked"); // no name stays on the screen
      later();
    });
  }

  // A page of a session that is over shows nothing any more, also where Back brings it out of the browser's memory.
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) {
      leaving = false;
      look();
    }
  });
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "visible") {
      look();
    }
  });
  document.addEventListener("session:over", look);

  again(1000 * warning.dataset.left - WARN);
})();
