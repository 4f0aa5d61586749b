// A form that is sent: a check-in is kept on the phone before it goes out.
self.Forms = (function () {
  "use strict";
  const LONG = 20000; // ms to wait for a check-in to be taken
  const SETTLING = 5000; // ms to wait for its result to be shown

  // Keep a form before it goes out; null where the phone cannot, or nobody is known to whom it belongs.
  async function keep(body) {
    const key = await Pages.person();
    if (key === null || !new URLSearchParams(body).get("token")) {
      return null;
    }
    await Store.setFact("person", key).catch(function () {}); // the browser may have emptied it since
    return put(key, body).catch(function () { return null; });
  }

  // A check-in comes before any picture: where the phone is full, they leave it one by one.
  function put(key, body) {
    return Store.keep(key, body, Date.now()).catch(async function (error) {
      if (error.name === "QuotaExceededError" && (await Pictures.makeRoom())) {
        return put(key, body);
      }
      throw error;
    });
  }

  function later() {
    return Promise.resolve(self.registration.sync && self.registration.sync.register("send")).catch(function () {});
  }

  async function sendForm(event) {
    PictureSending.giveWay();
    const body = new URLSearchParams(await event.request.clone().formData()).toString();
    const token = await keep(body);
    let response;
    try {
      response = await Pages.within(LONG, fetch(event.request));
    } catch (error) {
      response = null;
    }
    if (response && Pages.isOurs(response)) {
      await Pages.note(response);
      if (token && response.status === 422) {
        await Store.remove(token); // it is on the screen, to be mended
      }
      if (token && response.type === "opaqueredirect") {
        event.waitUntil(confirm(token));
      }
      return response;
    }
    event.waitUntil(later().then(function () { return Telling.tell(); }));
    if ((await Pages.keptPage(Pages.OFFLINE)) === undefined) {
      return response || Response.error();
    }
    return Response.redirect(Pages.OFFLINE + (token ? "" : "?said=not_kept"), 303);
  }

  // Where a redirect leads, only the result itself tells. A network may have led elsewhere, which the browser forbids
  // a form: then the page would stay as it is, and say nothing.
  async function confirm(token) {
    await new Promise(function (resolve) { setTimeout(resolve, SETTLING); });
    if (await Store.get(token)) {
      await Telling.flush();
      await Telling.tell(token);
    }
  }

  // An emergency that is saved without the button: the page says what became of it.
  async function autosave(event) {
    PictureSending.giveWay();
    const body = await event.request.clone().text();
    const token = await keep(body);
    const response = await fetch(event.request).catch(Response.error);
    const found = response.ok ? await response.clone().json().catch(Object) : {};
    if (!token) {
      return response;
    }
    if (found.token === token || response.status === 422) {
      await Store.remove(token);
      return response;
    }
    event.waitUntil(later());
    return new Response(JSON.stringify({ kept: token }), { status: 202 });
  }

  async function otherForm(event) {
    try {
      return await fetch(event.request.clone());
    } catch (error) {
      const isKept = await Pages.keptPage(Pages.OFFLINE);
      return isKept ? Response.redirect(Pages.OFFLINE + "?said=not_sent", 303) : Response.error();
    }
  }

  return { later: later, checkIn: sendForm, autosave: autosave, other: otherForm };
})();
