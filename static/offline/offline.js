// The page of what waits on this phone: what the answers ask for, and what became of sending them.
(function () {
  "use strict";
  const place = document.querySelector("[data-offline]");
  const known = JSON.parse(document.getElementById("known").textContent);
  // The worst stands first.
  const ORDER = ["emergency", "urgent", "same_day", "kept", "pictures", "pictures_refused", "nothing"];
  const TICKS = ["emergency", "signs", "unwell"];
  const SCALES = ["redness", "pain", "swelling", "itch"];
  const watched = new Set();

  function one(selector, within) {
    return (within || place).querySelector(selector);
  }

  // ---- answers, as the table of rules takes them ----

  function answersIn(body) {
    const fields = new URLSearchParams(body);
    const answers = {};
    TICKS.forEach(function (name) {
      fields.getAll(name).forEach(function (tick) { answers[tick] = true; });
    });
    SCALES.forEach(function (name) {
      if (fields.get(name)) {
        answers[name] = Number(fields.get(name));
      }
    });
    ["painkiller", "came_back"].forEach(function (name) {
      if (fields.get(name)) {
        answers[name] = fields.get(name);
      }
    });
    return answers;
  }

  function proceduresOf(body) {
    const named = new URLSearchParams(body).get("procedure");
    const chosen = known.procedures.filter(function (procedure) { return procedure.id === named; });
    return chosen.length ? chosen : known.procedures;
  }

  function judged(item) {
    const body = item.bodies[item.bodies.length - 1];
    const said = Date.parse(new URLSearchParams(body).get("observed_at") || "");
    const at = isNaN(said) ? item.filledAt : said;
    const found = Advice.worst(RULES, answersIn(body), at, proceduresOf(body), known.at_risk);
    return { item: item, answers: answersIn(body), found: found, level: found.length ? found[0].level : "kept" };
  }

  // Values from hour to hour count as well where they were not sent yet.
  function lowered(items) {
    items.forEach(function (item) {
      const body = item.bodies[item.bodies.length - 1];
      const answers = answersIn(body);
      proceduresOf(body).forEach(function (procedure) {
        if (item.filledAt - procedure.at < RULES.settle_h * 3600000) {
          return;
        }
        SCALES.filter(function (name) { return name in answers; }).forEach(function (name) {
          const low = procedure.low[name];
          procedure.low[name] = low === undefined ? answers[name] : Math.min(low, answers[name]);
        });
      });
    });
  }

  // ---- what the page says ----

  function clock(ms) {
    const shown = { weekday: "long", hour: "2-digit", minute: "2-digit" };
    return new Date(ms).toLocaleString(document.documentElement.lang, shown);
  }

  function stateOf(pictures) {
    const isRefused = pictures.length && pictures.every(function (picture) { return picture.errors !== null; });
    return isRefused ? "pictures_refused" : pictures.length ? "pictures" : "nothing";
  }

  function advise(all, pictures) {
    const worst = all.slice().sort(function (a, b) {
      return ORDER.indexOf(a.level) - ORDER.indexOf(b.level) || b.item.filledAt - a.item.filledAt;
    })[0];
    const level = worst ? worst.level : place.dataset.notKept ? "not_kept" : stateOf(pictures);
    place.querySelectorAll("[data-advice]").forEach(function (part) {
      part.hidden = part.dataset.advice !== level;
    });
    const lead = one("[data-rank]");
    if (lead) {
      const part = one("[data-advice]:not([hidden])");
      const leads = ORDER.indexOf(lead.dataset.rank) < ORDER.indexOf(level) || level === "not_kept";
      part.parentNode.insertBefore(lead, leads ? part : part.nextSibling);
    }
    const because = new Set();
    (worst ? worst.found : []).forEach(function (rule) {
      rule.because.forEach(function (name) {
        because.add(worst.answers[name] === true ? name : name + ":" + worst.answers[name]);
      });
    });
    place.querySelectorAll("[data-because]").forEach(function (line) {
      line.hidden = !because.has(line.dataset.because);
    });
    one("[data-reasons]").hidden = !one("[data-because]:not([hidden])");
    return level;
  }

  function rowOf(item, pictures) {
    const row = one("[data-one]").content.cloneNode(true);
    row.querySelectorAll("[data-at]").forEach(function (time) { time.textContent = clock(item.filledAt); });
    one("[data-check-in]", row).hidden = !item.bodies;
    PicturesHere.fill(one("[data-pictures]", row), pictures, draw);
    if (item.bodies && item.errors !== null) {
      one("[data-refused]", row).hidden = false;
      item.errors.forEach(function (error) {
        const line = document.createElement("li");
        line.textContent = error.label ? error.label + ": " + error.text : error.text;
        one("[data-errors]", row).append(line);
      });
      one("[data-mend]", row).addEventListener("click", function () { mend(item); });
      one("[data-remove]", row).addEventListener("click", function () {
        Pictures.removeOf(item.token).then(function () { return Store.remove(item.token); }).then(draw);
      });
    }
    return row;
  }

  // The check-ins with their pictures, and before them the pictures whose check-in was sent.
  function rowsOf(items, pictures) {
    const groups = new Map();
    pictures.forEach(function (picture) { groups.set(picture.checkIn, picture); });
    items.forEach(function (item) { groups.set(item.token, item); });
    return Array.from(groups).sort(function (one, other) { return one[1].filledAt - other[1].filledAt; })
      .map(function (group) {
        const own = pictures.filter(function (picture) { return picture.checkIn === group[0]; });
        return rowOf(group[1], own);
      });
  }

  function list(items, pictures, last) {
    const all = items.concat(pictures);
    one("[data-waiting]").hidden = !all.length;
    one("[data-sum]").hidden = all.length < 2;
    counted(one("[data-sum]"), items.length, pictures.length);
    one("[data-list]").replaceChildren.apply(one("[data-list]"), rowsOf(items, pictures));
    one("[data-send]").hidden = all.every(function (item) { return item.errors !== null; });
    one("[data-tried]").hidden = !last || one("[data-send]").hidden;
    if (last) {
      one("[data-last]").textContent = clock(last.at);
      place.querySelectorAll("[data-why]").forEach(function (why) { why.hidden = why.dataset.why !== last.why; });
    }
  }

  let hasAsked = false;

  // Else a browser that runs out of room may empty it. Some ask the person: never above an emergency.
  async function persist(level) {
    if (!hasAsked && level !== "emergency" && navigator.storage && navigator.storage.persist) {
      hasAsked = true;
      if (!(await navigator.storage.persisted())) {
        await navigator.storage.persist();
      }
    }
  }

  async function draw() {
    const person = await Store.fact("person");
    const own = (await Store.all()).filter(function (item) { return item.person === person; });
    const pictures = await Pictures.own(person);
    lowered(own);
    own.forEach(function (item) { watched.add(item.token); });
    const level = advise(own.map(judged), pictures);
    list(own, pictures, await Store.fact("last"));
    PicturesHere.offer(own, pictures);
    if ((await Store.fact("dropped")) === person && person) {
      one("[data-say='dropped']").hidden = false;
      await Store.setFact("dropped", null); // said once
    }
    if (own.length) {
      persist(level);
    }
    const results = ((await Store.fact("arrived")) || []).filter(function (one) { return watched.has(one.token); });
    if (results.length && !own.length && !PicturesHere.isBusy()) {
      window.location.assign(results[results.length - 1].result); // what the clinic's portal makes of the answers
    }
  }

  // ---- what a person does ----

  // The portal shows the form as it was filled in, with what is wrong; sending it from there takes it off the phone.
  async function mend(item) {
    const response = await fetch("/offline/state/", { cache: "no-store", credentials: "same-origin" }).catch(Object);
    const portal = response.ok ? await response.json().catch(Object) : {};
    if (!portal.csrf) {
      ask("flush");
      return;
    }
    const form = one("[data-form]");
    const fields = new URLSearchParams(item.bodies[item.bodies.length - 1]);
    fields.delete("autosave");
    fields.set("csrfmiddlewaretoken", portal.csrf);
    if (!fields.get("observed_at")) {
      fields.set("observed_at", new Date(item.filledAt).toISOString());
    }
    fields.forEach(function (value, name) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name: name, value: value });
      form.append(input);
    });
    form.submit();
  }

  function ask(what) {
    navigator.serviceWorker.ready.then(function (registration) {
      registration.active.postMessage({ ask: what });
    });
  }

  // A picture was kept: it is sent with what waits, by the browser itself where it can.
  async function changed() {
    await draw();
    const registration = await navigator.serviceWorker.ready;
    if (registration.sync) {
      await registration.sync.register("send").catch(Object); // a browser without a permission for it
    }
    ask("flush");
  }

  one("[data-without-script]").hidden = true;
  const said = new URLSearchParams(window.location.search);
  one("[data-say='not_sent']").hidden = said.get("said") !== "not_sent";
  if (said.get("said") === "not_kept") {
    place.dataset.notKept = "yes";
  }
  one("[data-send]").addEventListener("click", function () { ask("flush"); });
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.addEventListener("message", draw);
  }
  PicturesHere.start(changed);
  draw().catch(function () {
    advise([], []); // this browser keeps nothing, as in a private window
  });
})();
