// The portal's pages where there is no network: each is kept for the person for whom it was drawn.
// RELEASE and FILES are written above by the portal.
self.Pages = (function () {
  "use strict";
  const FILE_CACHE = "files-" + RELEASE;
  const PAGES = "pages-"; // and the key of the person for whom they were drawn
  const PERSON = "X-Aftercare-Person";
  const NOBODY = "-";
  const OFFLINE = "/offline/";
  const FORM = "/check-in/";
  const EXPECTED = [OFFLINE, FORM + "?kept", "/", "/guidance/"];
  const PATHS = EXPECTED.map(pathOf);
  const FRESH = 12 * 3600000; // ms: pages that are younger are not fetched ahead again

  function pathOf(address) {
    return address.split("?")[0];
  }

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

  function isItself(response) {
    return response.headers.has(PERSON) && response.status < 500;
  }

  // A redirect hides where it leads to.
  function isOurs(response) {
    return response.type === "opaqueredirect" || isItself(response);
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

  // A session that ended, or a browser that ran out of room, may have emptied what was fetched a moment ago.
  async function isFilled() {
    const filled = await Store.fact("filled");
    const key = await person();
    if (!filled || filled.key !== key || filled.release !== RELEASE || Date.now() - filled.at >= FRESH) {
      return false;
    }
    const cache = await caches.open(PAGES + key);
    return (await Promise.all(PATHS.map(function (path) { return cache.match(path); }))).every(Boolean);
  }

  let filling = null;

  // Fetch ahead what is shown without a network, once at a time.
  function fill() {
    filling = filling || fetchAhead().finally(function () { filling = null; });
    return filling;
  }

  // Each page is kept for whom it was drawn.
  async function fetchAhead() {
    if (await isFilled()) {
      return;
    }
    for (const path of EXPECTED) {
      const response = await fetch(path, { credentials: "same-origin", cache: "no-store" });
      await note(response);
      if (!response.ok || response.headers.get(PERSON) === NOBODY) {
        return; // nobody is signed in, or the portal cannot now: asked again with the next page
      }
      await keepPage(pathOf(path), response);
    }
    await Store.setFact("filled", { at: Date.now(), key: await person(), release: RELEASE });
    const names = await caches.keys(); // what the pages of the release before needed: now there are newer ones
    await Promise.all(names.filter(function (name) {
      return name.startsWith("files-") && name !== FILE_CACHE;
    }).map(function (name) { return caches.delete(name); }));
  }

  return {
    FILE_CACHE: FILE_CACHE,
    OFFLINE: OFFLINE,
    FORM: FORM,
    person: person,
    forget: async function () {
      await forgetPages();
      knownPerson = null;
    },
    note: note,
    isItself: isItself,
    isOurs: isOurs,
    isKept: isKept,
    keepPage: keepPage,
    keptPage: keptPage,
    withoutNetwork: withoutNetwork,
    within: within,
    fill: fill
  };
})();
