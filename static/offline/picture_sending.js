// Sends the pictures that wait, once their check-in has left the phone. A picture is taken off only when the portal has
// named its token. Sent again after a lost answer it is the same picture.
self.PictureSending = (function () {
  "use strict";
  const PATIENCE = 120000; // ms: a picture on a slow network
  const BUSY = 3000; // ms: the portal takes in one picture at a time
  const TRIES = 5;
  let upload = null;
  let gaveWay = false;

  // A check-in goes out: the picture that is on its way leaves the line to it, and is sent again later.
  function giveWay() {
    gaveWay = true;
    if (upload) {
      upload.abort();
    }
  }

  async function post(picture, content, csrf) {
    const fields = new FormData();
    fields.set("check_in", picture.checkIn);
    ["token", "area", "consent", "record"].filter(function (name) { return picture[name]; }).forEach(function (name) {
      fields.set(name, picture[name]);
    });
    fields.set("kept", "1");
    fields.set("picture", new Blob([content]), "picture");
    upload = new AbortController();
    const headers = { Accept: "application/json", "X-CSRFToken": csrf };
    const options = { method: "POST", body: fields, headers: headers };
    return Sending.ask("/pictures/", options, PATIENCE, upload).finally(function () { upload = null; });
  }

  async function refuse(picture, errors) {
    await Pictures.refuse(picture.token, errors);
    return "refused";
  }

  // Send one picture: "sent", "refused", or why it still waits.
  async function attempt(picture, content, csrf) {
    const response = await post(picture, content, csrf);
    const found = await Sending.said(response);
    const isAnswer = found && found.token === picture.token;
    if (isAnswer && response.ok) {
      await Pictures.remove(picture.token);
      return "sent";
    }
    if (isAnswer && response.status === 422) {
      return refuse(picture, found.error);
    }
    if (response.status === 413) {
      return refuse(picture, "large"); // a server before the portal takes less
    }
    if (isAnswer) {
      return found.again ? "busy" : "no_check_in";
    }
    return Sending.whyNot(response);
  }

  async function send(picture, csrf) {
    let content;
    try {
      content = await picture.blob.arrayBuffer();
    } catch (error) {
      return refuse(picture, "unread"); // the phone itself cannot read it any more
    }
    let result = "busy";
    for (let tries = 0; result === "busy" && tries < TRIES && !gaveWay; tries += 1) {
      if (tries) {
        await new Promise(function (resolve) { setTimeout(resolve, BUSY); });
      }
      result = await attempt(picture, content, csrf);
    }
    return result;
  }

  // The pictures whose check-in no longer waits: the portal has it.
  async function toSend() {
    const waiting = new Set((await Store.all()).map(function (item) { return item.token; }));
    return (await Pictures.all()).filter(function (picture) {
      return picture.errors === null && !waiting.has(picture.checkIn);
    });
  }

  // Return why something still waits, "" for nothing. Whatever becomes of one picture, the others are tried.
  async function sendAll() {
    const found = await toSend();
    const portal = found.length ? await Sending.state() : { keys: [] };
    if (typeof portal === "string") {
      return portal;
    }
    let why = "";
    for (const picture of found.filter(function (one) { return portal.keys.indexOf(one.person) >= 0; })) {
      const result = gaveWay ? "" : await send(picture, portal.csrf).catch(function () { return "no_network"; });
      why = result === "sent" || result === "refused" ? why : result;
    }
    return why;
  }

  async function once() {
    gaveWay = false;
    const why = await sendAll().catch(function () { return "no_network"; });
    if (why) {
      await Store.setFact("last", { at: Date.now(), why: why });
    }
  }

  return { giveWay: giveWay, flush: Sending.oneAtATime("sending-pictures", once) };
})();
