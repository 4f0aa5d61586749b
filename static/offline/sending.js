// Sends what waits on the phone. A check-in is taken off only when the portal has confirmed its token: a page that
// stands between, such as that of a café's network, confirms nothing. What cannot be sent now stays for later.
self.Sending = (function () {
  "use strict";
  const PATIENCE = 20000; // ms to wait for an answer

  function ask(path, options, ms, stop) {
    const patience = stop || new AbortController();
    const timer = setTimeout(function () { patience.abort(); }, ms || PATIENCE);
    return fetch(path, Object.assign({
      credentials: "same-origin",
      cache: "no-store",
      redirect: "manual",
      signal: patience.signal
    }, options)).finally(function () { clearTimeout(timer); });
  }

  // What the portal says in JSON; null for anything that is no answer of the portal.
  async function said(response) {
    try {
      const found = await response.json();
      return found && typeof found === "object" ? found : null;
    } catch (error) {
      return null;
    }
  }

  // Who is signed in, and a fresh CSRF token; a string says why that is not known.
  async function state() {
    const response = await ask("/offline/state/", { headers: { Accept: "application/json" } });
    const found = await said(response);
    if (response.status === 401 && found && Array.isArray(found.keys)) {
      return "signed_out";
    }
    return response.ok && found && Array.isArray(found.keys) && found.csrf ? found : "no_portal";
  }

  function post(body, filledAt, csrf) {
    const fields = new URLSearchParams(body);
    fields.delete("csrfmiddlewaretoken");
    fields.delete("autosave");
    fields.set("kept", "1");
    fields.set("filled_at", new Date(filledAt).toISOString());
    fields.set("sent_at", new Date().toISOString());
    return ask("/check-in/", {
      method: "POST",
      body: fields,
      headers: { Accept: "application/json", "X-CSRFToken": csrf }
    });
  }

  function whyNot(response) {
    return response.status === 401 ? "signed_out" : response.status >= 500 ? "broken" : "no_portal";
  }

  // Send one check-in: "sent", "refused", or why it still waits.
  async function send(item, csrf) {
    let stored = null;
    for (const body of item.bodies) {
      const response = await post(body, item.filledAt, csrf);
      const found = await said(response);
      const isAnswer = found && found.token === item.token;
      if (response.status === 422 && isAnswer) {
        await Store.put(Object.assign(item, { errors: found.errors }));
        return "refused";
      }
      if (!response.ok || !isAnswer) {
        return whyNot(response);
      }
      stored = found;
    }
    await Store.remove(item.token);
    await arrived(item, stored.result);
    return "sent";
  }

  async function arrived(item, result) {
    const known = (await Store.fact("arrived")) || [];
    known.push({ person: item.person, token: item.token, filledAt: item.filledAt, result: result });
    await Store.setFact("arrived", known);
  }

  async function sendAll() {
    const waiting = (await Store.all()).filter(function (item) { return item.errors === null; });
    if (!waiting.length) {
      return "";
    }
    const portal = await state();
    if (typeof portal === "string") {
      return portal;
    }
    const own = waiting.filter(function (item) { return portal.keys.indexOf(item.person) >= 0; });
    let why = own.length < waiting.length ? "somebody_else" : "";
    for (const item of own) {
      const result = await send(item, portal.csrf).catch(function () { return "no_network"; });
      if (result !== "sent" && result !== "refused") {
        why = result; // the others are tried all the same
      }
    }
    return why;
  }

  async function once() {
    let why;
    try {
      why = await sendAll();
    } catch (error) {
      why = "no_network";
    }
    await Store.setFact("last", { at: Date.now(), why: why });
  }

  // One sender at a time, in whichever worker. Who asks meanwhile is served by a further round: the network may have
  // come back since this one began.
  function oneAtATime(name, act) {
    let running = null;
    let again = false;
    return function () {
      again = true;
      running = running || navigator.locks.request(name, async function () {
        while (again) {
          again = false;
          await act();
        }
      }).finally(function () { running = null; });
      return running;
    };
  }

  return {
    ask: ask,
    said: said,
    state: state,
    whyNot: whyNot,
    oneAtATime: oneAtATime,
    flush: oneAtATime("sending", once)
  };
})();
