// The check-in form: the time on the clock of the device, and the form that Back brings up again.
(function () {
  "use strict";
  var form = document.querySelector("form.ask");
  if (!form || !window.URLSearchParams) {
    return;
  }

  // ---- the time: shown on the clock of the device, and sent with its offset ----

  var CLOCK = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/;
  var time = form.querySelector("[name='observed_at']");
  var zone = window.Intl && Intl.DateTimeFormat().resolvedOptions().timeZone;

  function two(number) {
    return (number < 10 ? "0" : "") + number;
  }

  function offset(date) {
    var minutes = -date.getTimezoneOffset();
    var size = Math.abs(minutes);
    return (minutes < 0 ? "-" : "+") + two(Math.floor(size / 60)) + ":" + two(size % 60);
  }

  function local(date) {
    var day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
    return day + "T" + [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  }

  if (time && time.type === "datetime-local" && "onformdata" in form) {
    if (zone && zone !== time.getAttribute("data-zone")) {
      var help = document.getElementById(time.id + "_helptext");
      if (help) {
        help.textContent = time.getAttribute("data-device");
      }
      if (time.getAttribute("data-instant")) {
        time.value = local(new Date(time.getAttribute("data-instant")));
      }
    }
    form.addEventListener("formdata", function (event) {
      if (CLOCK.test(time.value)) {
        event.formData.set(time.name, time.value + offset(new Date(time.value)));
      }
    });
  }

  // ---- Back: a form that was sent is shown as what it is ----

  var token = form.querySelector("[name='token']");
  var own = token && form.getAttribute("data-own");
  var sent = false;

  function address() {
    return own + "?" + new URLSearchParams({ form: token.value }).toString();
  }

  if (own && form.hasAttribute("data-blank") && !/[?&]form=/.test(window.location.search)) {
    window.history.replaceState(null, "", address());
  }
  form.addEventListener("submit", function () {
    sent = true;
  });
  window.addEventListener("pageshow", function (event) {
    if (!own || !event.persisted || !sent || !window.fetch) {
      return;
    }
    fetch(address(), { credentials: "same-origin" })
      .then(function (response) {
        return response.ok ? response.text() : "";
      })
      .then(function (html) {
        if (html.indexOf("data-sent") >= 0) {
          window.location.replace(address());
        }
      })
      .catch(function () {
        sent = true; // no connection: what was typed stays, and its token still makes it a correction
      });
  });
})();
