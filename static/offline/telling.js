// Sends what waits, and tells the open pages what became of it.
self.Telling = (function () {
  "use strict";

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

  // What waits of the person who is signed in: check-ins and pictures.
  async function own() {
    const key = await Pages.person();
    const items = (await Store.all()).filter(function (item) { return item.person === key; });
    return { items: items, pictures: await Pictures.own(key) };
  }

  function isRefused(item) {
    return item.errors !== null;
  }

  function stateOf(found, last) {
    if (found.items.length) {
      return found.items.some(isRefused) ? "refused" : "waits";
    }
    if (last || !found.pictures.length) {
      return last ? "arrived" : "nothing"; // what a check-in leads to comes before any picture
    }
    return found.pictures.some(isRefused) ? "picture_refused" : "picture_waits";
  }

  // `sent`: the token of a form that is to show that it is kept, where it still is.
  async function tell(sent) {
    const key = await Pages.person();
    const found = await own();
    const arrived = ((await Store.fact("arrived")) || []).filter(function (one) { return one.person === key; });
    const last = arrived[arrived.length - 1];
    const state = stateOf(found, last);
    const stuck = found.items.some(function (item) { return item.token === sent; }) ? sent : "";
    const pages = await self.clients.matchAll({ type: "window" });
    pages.forEach(function (client) {
      client.postMessage({ state: state, result: last ? last.result : "", stuck: stuck });
    });
  }

  // Check-ins first, and what they lead to is told; then the pictures.
  async function flush() {
    await Sending.flush();
    await tell();
    if ((await Pictures.all()).length) {
      await PictureSending.flush();
      await tell();
    }
  }

  async function isToSend() {
    const found = await own();
    return !found.items.concat(found.pictures).every(isRefused);
  }

  return { settle: settle, tell: tell, flush: flush, isToSend: isToSend };
})();
