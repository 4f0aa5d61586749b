/* Lets this browser take push messages: it asks the person, subscribes, and tells the portal. */
(function () {
  "use strict";

  var button = document.getElementById("use_push");

  function bytes(text) {
    var padded = text + "====".slice(text.length % 4 || 4);
    var plain = atob(padded.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (sign) {
      return sign.charCodeAt(0);
    });
  }

  function refused() {
    document.getElementById("push_refused").hidden = false;
  }

  function subscribe() {
    return navigator.serviceWorker
      .register(button.dataset.worker, { scope: "/" })
      .then(function () {
        return navigator.serviceWorker.ready;
      })
      .then(function (registration) {
        return registration.pushManager.subscribe({
          userVisibleOnly: true,
          applicationServerKey: bytes(button.dataset.key),
        });
      });
  }

  function tell(subscription) {
    var token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    var fields = new URLSearchParams({
      csrfmiddlewaretoken: token,
      subscription: JSON.stringify(subscription),
      name: (navigator.userAgentData && navigator.userAgentData.platform) || navigator.platform || "",
    });
    return fetch(button.dataset.subscribe, { method: "POST", body: fields }).then(function (answer) {
      return answer.json();
    });
  }

  if (button && "serviceWorker" in navigator && "PushManager" in window) {
    button.hidden = false;
    button.addEventListener("click", function () {
      subscribe()
        .then(tell)
        .then(function (answer) {
          if (answer.next) {
            location.assign(answer.next);
          } else {
            refused();
          }
        })
        .catch(refused);
    });
  }
})();
