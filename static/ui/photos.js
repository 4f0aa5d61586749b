/* Sends each chosen picture by itself, made smaller first where the browser can read it, and says how far it is.
   The token is made once for a picture: sent again after a lost answer, it is still one picture. Without this
   script the form is sent as it is. */
(function () {
  "use strict";

  var form = document.querySelector("[data-photo-form]");
  var shots = document.querySelector("[data-shots]");
  var count = document.querySelector("[data-count]");
  if (!form || !shots || !window.smallerPicture || !window.crypto || !crypto.randomUUID) {
    return;
  }
  var TRIES = 4;
  var PATIENCE = 10000; // ms for the worker to answer
  var line = Promise.resolve(); // one after the other: the portal takes in one at a time
  var words = form.dataset;

  function made(name, css, text) {
    var element = document.createElement(name);
    element.className = css;
    element.textContent = text || "";
    return element;
  }

  function newShot(picture) {
    var shot = { item: document.createElement("li"), state: made("div", "shot-state"), area: picture.label };
    var frame = made("div", "shot");
    var preview = document.createElement("img");
    preview.alt = picture.label;
    preview.src = URL.createObjectURL(picture.blob);
    preview.addEventListener("error", function () {
      frame.textContent = picture.label;
    });
    frame.append(preview);
    shot.item.append(frame, shot.state);
    shot.state.setAttribute("aria-live", "polite");
    shots.append(shot.item);
    return shot;
  }

  function button(text, area, act) {
    var element = made("button", "tap", text);
    element.type = "button";
    element.append(made("span", "visually-hidden", " " + area));
    element.addEventListener("click", act);
    return element;
  }

  function showProgress(shot, part) {
    if (!shot.bar) {
      shot.bar = document.createElement("progress");
      shot.bar.max = 100;
      shot.said = made("span", "st");
      shot.bar.setAttribute("aria-label", words.sending + ", " + shot.area);
      shot.state.replaceChildren(shot.said, shot.bar);
    }
    shot.bar.value = Math.round(part * 100);
    shot.said.textContent = words.sending + ", " + shot.bar.value + " %";
  }

  function showSent(shot, answer) {
    shot.bar = null;
    shot.item.dataset.sent = "";
    var said = made("span", "st me-auto", words.sent);
    shot.state.replaceChildren(said, button(words.remove, shot.area, function () {
      request(answer.remove, new FormData(), shot, function () {}).then(function (reply) {
        if (reply.status === 200 || reply.status === 404) {
          shot.item.remove();
          recount();
        }
      });
    }));
    recount();
  }

  function showKept(shot) {
    shot.bar = null;
    shot.state.replaceChildren(made("span", "st me-auto", words.notSent), made("span", "small", words.kept));
  }

  function showNotSent(shot, picture, why) {
    shot.bar = null;
    var said = made("span", "st shot-off me-auto", words.notSent);
    shot.state.replaceChildren(said, button(words.again, shot.area, function () {
      send(shot, picture);
    }), made("span", "small", why));
  }

  function recount() {
    var number = shots.querySelectorAll("li form, li[data-sent]").length;
    count.textContent = count.textContent.replace(/\d+/, number);
  }

  function request(address, body, shot, onProgress) {
    return new Promise(function (resolve) {
      var call = new XMLHttpRequest();
      call.open("POST", address);
      call.setRequestHeader("accept", "application/json");
      call.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
      call.upload.addEventListener("progress", function (event) {
        onProgress(event.lengthComputable ? event.loaded / event.total : 0);
      });
      call.addEventListener("loadend", function () {
        var answer = {};
        try {
          answer = JSON.parse(call.responseText);
        } catch (error) {
          answer = {};
        }
        resolve({ status: call.status, answer: answer });
      });
      call.send(body);
    });
  }

  function wait(seconds) {
    return new Promise(function (resolve) {
      window.setTimeout(resolve, seconds * 1000);
    });
  }

  // Why a picture was not sent, where the portal itself did not say so: a server before it takes less, or failed.
  function unsaid(status) {
    return status === 413 ? words.tooLarge : status === 0 ? words.noNetwork : words.failed;
  }

  function attempt(shot, picture, left) {
    var body = new FormData();
    Object.keys(picture.fields).forEach(function (name) {
      body.append(name, picture.fields[name]);
    });
    body.append("picture", picture.blob, "picture");
    return request(form.action, body, shot, showProgress.bind(null, shot)).then(function (reply) {
      if (reply.status === 201) {
        return showSent(shot, reply.answer);
      }
      return (reply.status === 0 ? keepOnPhone(picture) : Promise.resolve(false)).then(function (isKept) {
        return isKept ? showKept(shot) : notSent(shot, picture, left, reply);
      });
    });
  }

  function notSent(shot, picture, left, reply) {
    if (left > 1 && (reply.answer.again || reply.status === 0)) {
      return wait(3).then(function () {
        return attempt(shot, picture, left - 1);
      });
    }
    return showNotSent(shot, picture, reply.answer.error || unsaid(reply.status));
  }

  // Without a network the worker takes the picture, as it takes a check-in. Answer whether it did.
  function keepOnPhone(picture) {
    var worker = navigator.serviceWorker && navigator.serviceWorker.controller;
    if (!worker) {
      return Promise.resolve(false);
    }
    return new Promise(function (resolve) {
      var answers = new MessageChannel();
      answers.port1.onmessage = function (event) {
        resolve(event.data);
      };
      window.setTimeout(resolve, PATIENCE, false);
      worker.postMessage({ ask: "keep_picture", picture: picture }, [answers.port2]);
    });
  }

  function send(shot, picture) {
    showProgress(shot, 0);
    line = line.then(function () {
      return attempt(shot, picture, TRIES);
    });
  }

  // The errors of a form that was sent without the script; what becomes of a picture is said beside it.
  function forgetErrors() {
    document.querySelectorAll(".callout.errors, [data-photo-form] .invalid-feedback").forEach(function (said) {
      said.remove();
    });
    form.querySelectorAll("[aria-invalid], .is-invalid").forEach(function (control) {
      control.removeAttribute("aria-invalid");
      control.classList.remove("is-invalid");
    });
  }

  function chosen() {
    var area = form.querySelector("[name=area]:checked");
    var consent = form.querySelector("[name=consent]");
    var file = form.elements.camera.files[0] || form.elements.picture.files[0];
    // What is missing is said by the portal, beside its field.
    return area && file && (!consent || consent.checked) ? { area: area, consent: consent, file: file } : null;
  }

  form.addEventListener("submit", function (event) {
    var found = chosen();
    if (!found) {
      return;
    }
    event.preventDefault();
    forgetErrors();
    var label = form.querySelector("label[for=" + found.area.id + "]").textContent.trim();
    var fields = {
      check_in: form.elements.check_in.value,
      record: form.elements.record.value,
      area: found.area.value,
      token: crypto.randomUUID()
    };
    if (found.consent) {
      fields.consent = found.consent.value;
    }
    window.smallerPicture(found.file).then(function (blob) {
      var picture = { blob: blob, label: label, fields: fields };
      send(newShot(picture), picture);
    });
    form.elements.camera.value = "";
    form.elements.picture.value = "";
  });
})();
