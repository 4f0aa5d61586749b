// Pictures on the page of what waits: chosen for the newest check-in, made smaller, and kept beside it.
self.PicturesHere = (function () {
  "use strict";
  const place = document.querySelector("[data-add]");
  const form = place.querySelector("form");
  const words = place.dataset;
  const previews = new Map();
  let target = null; // the check-in to which a picture is added
  let kept = []; // the person's pictures on this phone
  let busy = false;

  function one(selector, within) {
    return (within || place).querySelector(selector);
  }

  // ---- the pictures that wait ----

  function previewOf(picture) {
    if (!previews.has(picture.token)) {
      previews.set(picture.token, URL.createObjectURL(picture.blob));
    }
    return previews.get(picture.token);
  }

  function sentence(errors) {
    return errors === "large" ? words.large : errors === "unread" ? words.unread : errors;
  }

  function shotOf(picture, changed) {
    const shot = document.querySelector("[data-shot]").content.cloneNode(true);
    const image = one("img", shot);
    image.alt = picture.label;
    image.addEventListener("error", function () { image.replaceWith(picture.label); }); // HEIC in most browsers
    image.src = previewOf(picture);
    one("[data-area]", shot).textContent = picture.label;
    one("[data-drop-area]", shot).textContent = " " + picture.label;
    one("[data-drop]", shot).addEventListener("click", function () {
      Pictures.remove(picture.token).then(changed).then(function () {
        document.getElementById("waits").focus(); // the button is gone
      });
    });
    if (picture.errors !== null) {
      one("[data-cannot]", shot).hidden = false;
      one("[data-cannot-why]", shot).textContent = sentence(picture.errors);
    }
    return shot;
  }

  // Fill a row of the list with the pictures of its check-in.
  function fill(row, pictures, changed) {
    row.hidden = !pictures.length;
    one("[data-shots]", row).replaceChildren.apply(one("[data-shots]", row), pictures.map(function (picture) {
      return shotOf(picture, changed);
    }));
    counted(one("[data-how-many]", row), 0, pictures.length);
  }

  // ---- one more ----

  function say(state) {
    place.querySelectorAll("[data-say-picture]").forEach(function (line) {
      line.hidden = line.dataset.sayPicture !== state;
    });
  }

  function consentOf() {
    const box = form.elements.consent;
    const before = kept.find(function (picture) { return picture.consent; });
    if (!box) {
      return { given: true, version: "" };
    }
    return { given: box.checked || Boolean(before), version: box.value };
  }

  function lacking(area, file) {
    if (!consentOf().given) {
      return "consent";
    }
    if (!area) {
      return "area";
    }
    return file ? "" : "file";
  }

  async function keep(file, area) {
    const goesWith = target;
    const blob = await smallerPicture(file);
    if (blob.size > Number(words.mostBytes)) {
      return "large";
    }
    await Pictures.keep({
      token: crypto.randomUUID(),
      person: goesWith.person,
      checkIn: goesWith.token,
      filledAt: goesWith.filledAt,
      area: area.value,
      label: one("label[for=" + area.id + "]").textContent.trim(),
      consent: consentOf().version,
      record: new URLSearchParams(goesWith.bodies[goesWith.bodies.length - 1]).get("record") || "",
      blob: blob,
      keptAt: Date.now(),
      errors: null
    });
    form.elements.camera.value = form.elements.picture.value = "";
    return "kept";
  }

  function submit(changed) {
    const area = one("[name=area]:checked");
    const file = form.elements.camera.files[0] || form.elements.picture.files[0];
    const lack = lacking(area, file);
    say(lack || "busy");
    if (lack) {
      one("[name=" + (lack === "file" ? "picture" : lack) + "]").focus();
      return;
    }
    busy = true;
    keep(file, area).catch(function () { return "full"; }).then(function (state) {
      busy = false;
      say(state);
      changed();
    });
  }

  function offer(items, pictures) {
    kept = pictures;
    target = items[items.length - 1] || target;
    place.hidden = !items.length;
    if (!items.length) {
      return;
    }
    const number = pictures.filter(function (picture) { return picture.checkIn === target.token; }).length;
    form.hidden = number >= Number(words.most);
    one("[data-all]").hidden = !form.hidden;
    const consent = form.elements.consent;
    if (consent) {
      // Asked once: what was ticked for the first picture goes with the others.
      one("#div_id_consent").hidden = pictures.some(function (picture) { return picture.consent; });
    }
  }

  return {
    fill: fill,
    offer: offer,
    isBusy: function () { return busy; },
    start: function (changed) {
      form.addEventListener("submit", function (event) {
        event.preventDefault();
        if (!busy) {
          submit(changed);
        }
      });
    }
  };
})();
