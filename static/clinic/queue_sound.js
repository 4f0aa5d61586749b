// A sound for what is new and pressing. It is off until a person switches it on, and each browser remembers that.
(function () {
  "use strict";
  var button = document.getElementById("sound");
  var Context = window.AudioContext;
  var place = window.queuePlace;
  if (!button || !Context || !place) {
    return;
  }
  var KEY = "queue-sound";
  var BEEP = 0.18; // seconds
  var audio = null;
  var on = false;

  function remembered() {
    try {
      return window.localStorage.getItem(KEY) === "on";
    } catch (error) {
      return false; // a browser that keeps nothing
    }
  }

  function remember() {
    try {
      window.localStorage.setItem(KEY, on ? "on" : "off");
    } catch (error) {
      return; // it holds for this page only
    }
  }

  function draw() {
    // A browser plays nothing on a page that nobody has touched yet, and the button does not say otherwise.
    var silent = on && audio && audio.state === "suspended";
    button.setAttribute("aria-pressed", on ? "true" : "false");
    button.querySelector("span").textContent = place.say(!on ? "sound_off" : silent ? "sound_waits" : "sound_on");
    button.hidden = false;
  }

  function ready() {
    audio = audio || new Context();
    if (audio.state === "suspended") {
      audio.resume().then(draw, draw);
    }
    draw();
  }

  function beep(pitches) {
    if (!on || !audio || audio.state !== "running") {
      return;
    }
    pitches.forEach(function (pitch, place) {
      var tone = audio.createOscillator();
      var volume = audio.createGain();
      var start = audio.currentTime + 1.5 * BEEP * place;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, start);
      volume.gain.exponentialRampToValueAtTime(0.25, start + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, start + BEEP);
      tone.connect(volume).connect(audio.destination);
      tone.start(start);
      tone.stop(start + BEEP);
    });
  }

  button.addEventListener("click", function () {
    on = !on;
    remember();
    if (on) {
      ready();
      audio.resume().then(function () { beep([660]); }, draw);
    }
    draw();
  });

  document.addEventListener("queue:sound", function (event) {
    beep(event.detail.emergency ? [880, 660, 880, 660] : [660, 660]);
  });

  ["pointerdown", "keydown"].forEach(function (name) {
    document.addEventListener(name, function () {
      if (on && audio && audio.state === "suspended") {
        ready();
      }
    });
  });

  on = remembered();
  if (on) {
    ready();
  }
  draw();
})();
