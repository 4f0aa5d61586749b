/* Lets this browser take push messages: it asks the person, subscribes, and tells the portal. */
(function () {
  "use strict";

  var place = document.getElementById("push");
  var buttons = document.querySelectorAll("[data-push]");

  function say(name) {
    place.querySelectorAll("[data-said]").forEach(function (said) {
      said.hidden = said.dataset.said !== name;
    });
  }

  function bytes(text) {
    var padded = text + "====".slice(text.length % 4 || 4);
    var plain = atob(padded.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (sign) {
      return sign.charCodeAt(0);
    });
  }

  /* "Pixel 8, Chrome", as far as the browser says so. */
  function nameOfBrowser() {
    var agent = navigator.userAgentData;
    if (!agent) {
      var known = /(Firefox|Safari)/.exec(navigator.userAgent);
      return Promise.resolve([navigator.platform, known && known[0]].filter(Boolean).join(", "));
    }
    var brands = agent.brands
      .map(function (one) {
        return one.brand.replace(/^Google /, "");
      })
      .filter(function (brand) {
        return !/Not.?A.?Brand/i.test(brand);
      })
      .sort(function (brand) {
        return /^Chromium$/.test(brand) ? 1 : -1;
      });
    return agent.getHighEntropyValues(["model"]).then(function (more) {
      return [more.model || agent.platform, brands[0]].filter(Boolean).join(", ");
    });
  }

  function subscribe() {
    return navigator.serviceWorker
      .register(place.dataset.worker, { scope: "/" })
      .then(function () {
        return navigator.serviceWorker.ready;
      })
      .then(function (registration) {
        return registration.pushManager.subscribe({
          userVisibleOnly: true,
          applicationServerKey: bytes(place.dataset.key),
        });
      });
  }

  function tell(subscription, name, replaces) {
    var fields = new URLSearchParams({
      csrfmiddlewaretoken: document.querySelector("[name=csrfmiddlewaretoken]").value,
      subscription: JSON.stringify(subscription),
      name: name,
      replaces: replaces,
    });
    return fetch(place.dataset.subscribe, { method: "POST", body: fields });
  }

  function goOn(answer) {
    if (answer.redirected) {
      location.reload(); // the session has ended: this page leads to the sign-in, and back
      return null;
    }
    return answer.json().then(function (said) {
      if (!said.next) {
        throw new Error("refused");
      }
      location.assign(said.next);
    });
  }

  function press(event) {
    var button = event.currentTarget;
    say("");
    button.disabled = true;
    Promise.all([subscribe(), nameOfBrowser()])
      .then(function (found) {
        return tell(found[0], found[1], button.dataset.push);
      })
      .then(goOn)
      .catch(function (error) {
        button.disabled = false;
        say(error.name === "NotAllowedError" ? "denied" : "failed");
      });
  }

  if (!place) {
    return;
  }
  var canPush = "serviceWorker" in navigator && "PushManager" in window;
  say(canPush ? "" : "cannot");
  buttons.forEach(function (button) {
    button.hidden = !canPush;
    button.addEventListener("click", press);
  });
})();
