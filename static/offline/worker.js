// The worker: answers the portal's pages where the network does not, keeps a check-in before it goes out, and sends
// what waits. What waits lies in Store, which no release empties.
(function () {
  "use strict";
  const TOKEN = "X-Aftercare-Token";
  const PATIENCE = 6000; // ms to wait for a page of which there is a copy
  const LONG = 60000; // ms to wait for one of which there is none

  async function page(event, url) {
    const network = Promise.resolve(event.preloadResponse).then(function (early) {
      return early || fetch(event.request);
    });
    const answer = Pages.within(Pages.isKept(url.pathname) ? PATIENCE : LONG, network);
    const response = await answer.catch(function () { return null; });
    // What waits is shown whatever a network puts in its place: the portal itself never leads elsewhere from here,
    // unless nobody is signed in.
    const isStrange = url.pathname === Pages.OFFLINE && response && !Pages.isItself(response);
    if (response === null || response.status >= 500 || isStrange) {
      return (await Pages.withoutNetwork(url)) || network; // nothing is kept: the browser's own word
    }
    await Pages.note(response);
    const token = response.headers.get(TOKEN);
    if (token) {
      event.waitUntil(Telling.settle(token));
    } else if (Pages.isKept(url.pathname) && !url.search && url.pathname !== Pages.FORM) {
      event.waitUntil(Pages.keepPage(url.pathname, response.clone()));
    }
    return response;
  }

  async function signOut() {
    const key = await Pages.person();
    await Pages.forget();
    await Store.forget(key);
  }

  // The page of the pictures has no network, but its check-in was sent before.
  async function keepPicture(event) {
    const picture = event.data.picture;
    const now = Date.now();
    const found = { consent: "", errors: null, label: picture.label, blob: picture.blob };
    Object.assign(found, picture.fields, { checkIn: picture.fields.check_in, filledAt: now, keptAt: now });
    found.person = await Pages.person();
    const isKept = found.person !== null && Pictures.keep(found).then(function () { return true; });
    event.ports[0].postMessage(await Promise.resolve(isKept).catch(function () { return false; }));
    await Forms.later();
    await Telling.tell();
  }

  const ASKED = {
    keep_picture: keepPicture,
    opened: Telling.flush,
    flush: Telling.flush,
    fill: Pages.fill,
    sign_out: signOut
  };

  // ---- events ----

  function isForOthers(path) {
    return ["/clinic/", "/admin/", "/h/", "/r/"].some(function (start) { return path.startsWith(start); });
  }

  self.addEventListener("install", function (event) {
    // Nothing is held in the memory of the release before, so that this one may take over at once.
    self.skipWaiting();
    event.waitUntil(caches.open(Pages.FILE_CACHE).then(function (cache) { return cache.addAll(FILES); }));
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
    if (request.method === "POST" && url.pathname === Pages.FORM) {
      event.respondWith(isPage ? Forms.checkIn(event) : Forms.autosave(event));
    } else if (request.method === "POST" && isPage && !url.pathname.startsWith("/accounts/")) {
      event.respondWith(Forms.other(event));
    } else if (request.method === "GET" && isPage) {
      event.respondWith(page(event, url));
    } else if (request.method === "GET" && FILES.indexOf(url.pathname) >= 0) {
      event.respondWith(caches.match(request).then(function (found) { return found || fetch(request); }));
    }
  });

  self.addEventListener("message", function (event) {
    const act = ASKED[event.data.ask];
    if (act) {
      event.waitUntil(act(event).catch(function () {})); // no network, or no room: the next page asks again
    }
  });

  self.addEventListener("sync", function (event) {
    event.waitUntil((async function () {
      await Telling.flush();
      if (await Telling.isToSend()) {
        throw new Error("not sent yet"); // the browser tries again later
      }
    })());
  });
})();
