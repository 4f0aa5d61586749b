// On each page of a patient: sets up the worker, lets it send what waits, and says what came of that.
(function () {
  "use strict";
  const notice = document.querySelector("[data-on-phone]");
  if (!notice || !navigator.serviceWorker || !navigator.locks || !window.indexedDB) {
    return;
  }
  const AFTER = [0, 4000, 20000]; // ms: a network often answers only some moments after it came back
  // ms after loading: the page itself comes first; asked again, since a network may drop what is fetched ahead
  const SETTLED = [3000, 6000, 30000];

  const leads = document.querySelectorAll("main [data-confirmation], main > .loud");
  if (leads.length) {
    leads[leads.length - 1].after(notice); // what leads a page stays first
  }

  function ask(what) {
    navigator.serviceWorker.ready.then(function (registration) {
      registration.active.postMessage({ ask: what });
    });
  }

  // What was sent while a page is open may ask for more than that page says: the result is shown at once. A form that
  // is being filled in stays.
  function lead(result) {
    const stays = ["/offline/", result].indexOf(window.location.pathname) >= 0 || document.querySelector("form[data-own]");
    if (!stays && window.sessionStorage.getItem("led") !== result) {
      window.sessionStorage.setItem("led", result);
      window.location.assign(result);
    }
  }

  function say(told) {
    const token = document.querySelector("form[data-own] [name=token]");
    if (told.stuck && token && token.value === told.stuck) {
      window.location.assign("/offline/"); // sent from here, and kept
    }
    notice.querySelectorAll("[data-told]").forEach(function (line) {
      line.hidden = line.dataset.told !== told.state;
    });
    notice.hidden = told.state === "nothing" || window.location.pathname === "/offline/";
    const link = notice.querySelector("[data-result]");
    if (told.result) {
      link.href = told.result;
      lead(told.result);
    }
  }

  navigator.serviceWorker.addEventListener("message", function (event) { say(event.data); });
  window.addEventListener("online", function () {
    AFTER.forEach(function (ms) { window.setTimeout(ask, ms, "flush"); });
  });
  document.addEventListener("visibilitychange", function () { ask("flush"); }); // an app that is opened again
  window.addEventListener("load", function () {
    navigator.serviceWorker.register(notice.dataset.onPhone, { scope: "/" }).then(function () {
      ask("opened");
      SETTLED.forEach(function (ms) { window.setTimeout(ask, ms, "fill"); });
    }, function () {
      notice.hidden = true; // a browser that refuses workers does without
    });
  });
})();
