// Signing out takes everything of this person off the phone. Where something was not sent, the page says so first.
(function () {
  "use strict";
  const PATIENCE = 3000; // ms: a browser that does not answer keeps nobody signed in
  const warning = document.querySelector("[data-unsent]");
  const form = warning && document.querySelector("form[data-sign-out]");
  if (!form || !window.indexedDB || !window.caches) {
    return;
  }

  async function own() {
    const person = await Store.fact("person");
    const items = (await Store.all()).filter(function (item) { return item.person === person; });
    return { items: items, pictures: await Pictures.own(person) };
  }

  async function wipe() {
    const names = await caches.keys();
    await Promise.all(names.filter(function (name) { return name.startsWith("pages-"); }).map(function (name) {
      return caches.delete(name);
    }));
    await Store.forget(await Store.fact("person"));
    const registration = navigator.serviceWorker && (await navigator.serviceWorker.getRegistration("/"));
    if (registration && registration.active) {
      registration.active.postMessage({ ask: "sign_out" });
    }
  }

  // Answer whether something waits that the page had not said yet.
  async function warn() {
    const found = await own();
    const waits = found.items.length + found.pictures.length > 0;
    const isNews = waits && warning.hidden;
    counted(warning.querySelector("[data-sum]"), found.items.length, found.pictures.length);
    warning.hidden = !waits;
    form.querySelectorAll("[data-label]").forEach(function (label) {
      label.hidden = (label.dataset.label === "delete") !== waits;
    });
    return isNews;
  }

  warn().catch(Object); // a browser that keeps nothing has nothing to say

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    const patience = setTimeout(function () { form.submit(); }, PATIENCE);
    warn().then(function (isNews) {
      if (isNews) {
        clearTimeout(patience);
        return null;
      }
      return wipe().then(function () { form.submit(); });
    }).catch(function () { form.submit(); });
  });
})();
