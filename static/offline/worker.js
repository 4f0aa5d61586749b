// The worker: answers the portal's pages where the network does not, keeps a check-in before it goes out, and sends
// what waits. RELEASE and FILES are written above by the portal. What waits lies in Store, which no release empties.
(function () {
  "use strict";
  const FILE_CACHE = "files-" + RELEASE;
  const PAGES = "pages-"; // and the key of the person for whom they were drawn
  const PERSON = "X-Aftercare-Person";
  const TOKEN = "X-Aftercare-Token";
  const NOBODY = "-";
  const OFFLINE = "/offline/";
  const FORM = "/check-in/";
  const EXPECTED = [OFFLINE, FORM + "?kept", "/", "/guidance/"];
  const FRESH = 12 * 3600000; // ms: pages that are younger are not fetched ahead again
  const PATIENCE = 6000; // ms to wait for a page of which there is a copy
  const LONG = 20000; // ms to wait for a check-in to be taken

  // ---- which person's ----

  let knownPerson;

  async function person() {
    if (knownPerson === undefined) {
      knownPerson = (await Store.fact("person").catch(function () { return null; })) || null;
    }
    return knownPerson;
  }

  async function setPerson(key) {
    if ((await person()) !== key) {
      knownPerson = key;
      await Store.setFact("person", key).catch(function () {}); // a full disk: known until the worker sleeps
    }
  }

  async function forgetPages() {
    const names = await caches.keys();
    await Promise.all(names.filter(function (name) { return name.startsWith(PAGES); }).map(function (name) {
      return caches.delete(name);
    }));
  }

  // A page of the portal says for whom it was drawn. Somebody else's, or nobody's, empties what was kept before.
  async function note(response) {
    const drawnFor = response.headers.get(PERSON);
    if (drawnFor === null || drawnFor === (await person())) {
      return;
    }
    await forgetPages();
    await setPerson(drawnFor === NOBODY ? null : drawnFor);
  }

  // ---- pages ----

  function isKept(path) {
    return path === "/" || path === OFFLINE || path === FORM || path === "/check-ins/" || path === "/timeline/" ||
      path.startsWith("/guidance/");
  }

  async function keepPage(path, response) {
    const drawnFor = response.headers.get(PERSON);
    const isPage = response.status === 200 && !response.redirected && drawnFor && drawnFor !== NOBODY;
    if (isPage && drawnFor === (await person())) {
      const cache = await caches.open(PAGES + drawnFor);
      await cache.put(path, response).catch(function () {}); // no room: the page is shown all the same
    }
  }

  async function keptPage(path) {
    const key = await person();
    if (key === null) {
      return undefined;
    }
    const found = await (await caches.open(PAGES + key)).match(path);
    if (!found) {
      return undefined;
    }
    let html = (await found.text()).replace("<html ", "<html data-away ");
    const headers = new Headers(found.headers);
    headers.delete("Content-Encoding");
    headers.delete("Content-Length");
    if (path === FORM) {
      html = html.replace(/(name="token" value=")[^"]*/, "$1" + crypto.randomUUID()); // each check-in has its own
    }
    return new Response(html, { status: 200, headers: headers });
  }

  function within(ms, promise) {
    return new Promise(function (resolve, reject) {
      setTimeout(reject, ms, new Error("no answer in time"));
      promise.then(resolve, reject);
    });
  }

  async function withoutNetwork(url) {
    const key = await person();
    const waits = (await Store.all().catch(function () { return []; })).some(function (item) {
      return item.person === key;
    });
    const asked = url.pathname === "/" && waits && !url.searchParams.has("kept") ? OFFLINE : url.pathname;
    const corrects = url.searchParams.has("correct") || url.searchParams.has("page");
    return (corrects ? undefined : await keptPage(asked)) || (await keptPage(OFFLINE));
  }

  async function page(event, url) {
    const network = Promise.resolve(event.preloadResponse).then(function (early) {
      return early || fetch(event.request);
    });
    const answer = within(isKept(url.pathname) ? PATIENCE : LONG * 3, network);
    const response = await answer.catch(function () { return null; });
    const isStrange = url.pathname === OFFLINE && response && !isOurs(response);
    if (response === null || response.status >= 500 || isStrange) {
      return (await withoutNetwork(url)) || network; // nothing is kept: the browser's own word
    }
    await note(response);
    const token = response.headers.get(TOKEN);
    if (token) {
      event.waitUntil(settle(token));
    } else if (isKept(url.pathname) && !url.search && url.pathname !== FORM) {
      event.waitUntil(keepPage(url.pathname, response.clone()));
    }
    return response;
  }

  // The portal shows the result of this check-in: it has it.
  async function settle(token) {
    const item = await Store.get(token);
    if (item && item.bodies.length === 1) {
      await Store.remove(token);
    }
    const arrived = (await Store.fact("arrived")) || [];
    const read = arrived.find(function (one) { return one.token === token; });
    // Whoever reads the newest result needs no older one: what they ask for stands on top of it.
    await Store.setFact("arrived", arrived.filter(function (one) {
      return !read || one.person !== read.person || one.filledAt > read.filledAt;
    }));
    await tell();
  }

  // Fetch ahead what is shown without a network. Each page is kept for whom it was drawn.
  async function fill() {
    const filled = await Store.fact("filled");
    if (filled && filled.key === (await person()) && filled.release === RELEASE && Date.now() - filled.at < FRESH) {
      return;
    }
    for (const path of EXPECTED) {
      const response = await fetch(path, { credentials: "same-origin", cache: "no-store" });
      await note(response);
      if (!response.ok || response.headers.get(PERSON) === NOBODY) {
        return; // nobody is signed in, or the portal cannot now: asked again with the next page
      }
      await keepPage(path.split("?")[0], response);
    }
    await Store.setFact("filled", { at: Date.now(), key: await person(), release: RELEASE });
    const names = await caches.keys(); // what the pages of the release before needed: now there are newer ones
    await Promise.all(names.filter(function (name) {
      return name.startsWith("files-") && name !== FILE_CACHE;
    }).map(function (name) { return caches.delete(name); }));
  }

  // ---- check-ins ----

  function isOurs(response) {
    return response.type === "opaqueredirect" || (response.headers.has(PERSON) && response.status < 500);
  }

  // Keep a form before it goes out; null where the phone cannot, or nobody is known to whom it belongs.
  async function keep(body) {
    const key = await person();
    if (key === null || !new URLSearchParams(body).get("token")) {
      return null;
    }
    await Store.setFact("person", key).catch(function () {}); // the browser may have emptied it since
    return Store.keep(key, body, Date.now()).catch(function () { return null; });
  }

  function later() {
    return self.registration.sync ? self.registration.sync.register("send").catch(function () {}) : undefined;
  }

  async function sendForm(event) {
    const body = new URLSearchParams(await event.request.clone().formData()).toString();
    const token = await keep(body);
    let response;
    try {
      response = await within(LONG, fetch(event.request));
    } catch (error) {
      response = null;
    }
    if (response && isOurs(response)) {
      await note(response);
      if (token && response.status === 422) {
        await Store.remove(token); // it is on the screen, to be mended
      }
      return response;
    }
    event.waitUntil(Promise.resolve(later()).then(tell));
    if ((await keptPage(OFFLINE)) === undefined) {
      return response || Response.error();
    }
    return Response.redirect(OFFLINE + (token ? "" : "?said=not_kept"), 303);
  }

  // An emergency that is saved without the button: the page says what became of it.
  async function autosave(event) {
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
    event.waitUntil(Promise.resolve(later()));
    return new Response(JSON.stringify({ kept: token }), { status: 202 });
  }

  async function otherForm(event) {
    try {
      return await fetch(event.request.clone());
    } catch (error) {
      return (await keptPage(OFFLINE)) ? Response.redirect(OFFLINE + "?said=not_sent", 303) : Response.error();
    }
  }

  // ---- what pages are told ----

  async function tell() {
    const key = await person();
    const own = (await Store.all()).filter(function (item) { return item.person === key; });
    const arrived = ((await Store.fact("arrived")) || []).filter(function (one) { return one.person === key; });
    const last = arrived[arrived.length - 1];
    const refused = own.some(function (item) { return item.errors !== null; });
    const state = refused ? "refused" : own.length ? "waits" : last ? "arrived" : "nothing";
    const pages = await self.clients.matchAll({ type: "window" });
    pages.forEach(function (client) {
      client.postMessage({ state: state, result: last ? last.result : "" });
    });
  }

  async function flush() {
    await Sending.flush();
    await tell();
  }

  async function signOut(key) {
    await forgetPages();
    await Store.forget(key);
    knownPerson = null;
  }

  const ASKED = {
    opened: flush,
    flush: flush,
    fill: fill,
    sign_out: async function () { await signOut(await person()); }
  };

  // ---- events ----

  function isForOthers(path) {
    return ["/clinic/", "/admin/", "/h/", "/r/"].some(function (start) { return path.startsWith(start); });
  }

  self.addEventListener("install", function (event) {
    // Nothing is held in the memory of the release before, so that this one may take over at once.
    self.skipWaiting();
    event.waitUntil(caches.open(FILE_CACHE).then(function (cache) { return cache.addAll(FILES); }));
  });

  self.addEventListener("activate", function (event) {
    event.waitUntil((async function () {
      if (self.registration.navigationPreload) {
        await self.registration.navigationPreload.enable();
      }
      await self.clients.claim();
    })());
  });

  self.addEventListener("fetch", function (event) {
    const request = event.request;
    const url = new URL(request.url);
    if (url.origin !== self.location.origin || isForOthers(url.pathname)) {
      return;
    }
    const isPage = request.mode === "navigate";
    if (request.method === "POST" && url.pathname === FORM) {
      event.respondWith(isPage ? sendForm(event) : autosave(event));
    } else if (request.method === "POST" && isPage && !url.pathname.startsWith("/accounts/")) {
      event.respondWith(otherForm(event));
    } else if (request.method === "GET" && isPage) {
      event.respondWith(page(event, url));
    } else if (request.method === "GET" && FILES.indexOf(url.pathname) >= 0) {
      event.respondWith(caches.match(request).then(function (found) { return found || fetch(request); }));
    }
  });

  self.addEventListener("message", function (event) {
    const act = ASKED[event.data.ask];
    if (act) {
      event.waitUntil(act().catch(function () {})); // no network, or no room: the next page asks again
    }
  });

  self.addEventListener("sync", function (event) {
    event.waitUntil((async function () {
      await flush();
      const key = await person();
      if ((await Store.all()).some(function (item) { return item.person === key && item.errors === null; })) {
        throw new Error("not sent yet"); // the browser tries again later
      }
    })());
  });
})();
