// Phones of the demonstration: asks for the page again every few seconds, and shows what has arrived since. Without
// this script the page is as it was when it was opened.
(function () {
  "use strict";

  var world = document.getElementById("world");
  if (!world || !window.fetch || !window.DOMParser) {
    return;
  }

  function arrived(text) {
    return text.replace(/<input type="hidden" name="csrfmiddlewaretoken"[^>]*>/g, "");
  }

  function look() {
    if (document.hidden || world.contains(document.activeElement)) {
      return Promise.resolve();
    }
    return fetch(window.location.href, { credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.text() : ""; })
      .then(function (text) {
        // Without the head, whose styles have a nonce of their own.
        var body = text.slice(text.indexOf('<div id="world"'));
        var fresh = new DOMParser().parseFromString(body, "text/html").getElementById("world");
        if (fresh && arrived(fresh.innerHTML) !== arrived(world.innerHTML)) {
          world.replaceChildren.apply(world, Array.prototype.slice.call(fresh.childNodes));
        }
      })
      .catch(function () { return null; });
  }

  function again() {
    window.setTimeout(function () { look().then(again); }, Number(world.dataset.every));
  }

  again();
}());
