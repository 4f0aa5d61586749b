// What the phone keeps: check-ins that wait to be sent, and a few facts. Shared by the worker and the pages.
// A change of its shape is a further step in `upgrade`, which leaves what waits where it is.
self.Store = (function () {
  "use strict";
  const VERSION = 1;
  let opening = null;

  function upgrade(event) {
    const database = event.target.result;
    if (event.oldVersion < 1) {
      // token, person, bodies (as posted), filledAt (ms by this phone's clock), errors (null: not refused),
      // blobs (pictures, which follow their check-in)
      database.createObjectStore("outgoing", { keyPath: "token" });
      database.createObjectStore("facts");
    }
  }

  function promised(request) {
    return new Promise(function (resolve, reject) {
      request.onsuccess = function () { resolve(request.result); };
      request.onerror = function () { reject(request.error); };
    });
  }

  function open() {
    if (!opening) {
      const request = indexedDB.open("aftercare", VERSION);
      request.onupgradeneeded = upgrade;
      opening = promised(request).then(function (database) {
        database.onversionchange = function () { database.close(); opening = null; }; // a newer release waits for it
        database.onclose = function () { opening = null; };
        return database;
      });
      opening.catch(function () { opening = null; });
    }
    return opening;
  }

  // Run `act` on a store, and answer once what it wrote is on the disk: a full disk fails here.
  async function within(name, mode, act) {
    const transaction = (await open()).transaction(name, mode, { durability: "strict" });
    const done = new Promise(function (resolve, reject) {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = function () { reject(transaction.error); };
    });
    const [found] = await Promise.all([act(transaction.objectStore(name)), done]);
    return found;
  }

  function hasEmergency(body) {
    return new URLSearchParams(body).getAll("emergency").some(function (tick) { return tick && tick !== "none"; });
  }

  // Keep a form as it was posted. The same form sent again takes the place of what it said before; but an emergency
  // that was ticked is sent first, and then what corrects it.
  function keep(person, body, filledAt) {
    const token = new URLSearchParams(body).get("token");
    return within("outgoing", "readwrite", async function (store) {
      const before = await promised(store.get(token));
      const bodies = before ? before.bodies : [];
      const last = bodies[bodies.length - 1];
      if (last !== body) {
        if (last && (!hasEmergency(last) || hasEmergency(body))) {
          bodies.pop();
        }
        bodies.push(body);
      }
      await promised(store.put({
        token: token,
        person: person,
        bodies: bodies,
        filledAt: before ? before.filledAt : filledAt,
        errors: null,
        blobs: before ? before.blobs : []
      }));
      return token;
    });
  }

  return {
    keep: keep,
    all: async function () {
      const found = await within("outgoing", "readonly", function (store) { return promised(store.getAll()); });
      return found.sort(function (one, other) { return one.filledAt - other.filledAt; });
    },
    get: function (token) {
      return within("outgoing", "readonly", function (store) { return promised(store.get(token)); });
    },
    put: function (item) {
      return within("outgoing", "readwrite", function (store) { return promised(store.put(item)); });
    },
    remove: function (token) {
      return within("outgoing", "readwrite", function (store) { return promised(store.delete(token)); });
    },
    fact: function (name) {
      return within("facts", "readonly", function (store) { return promised(store.get(name)); });
    },
    setFact: function (name, value) {
      return within("facts", "readwrite", function (store) { return promised(store.put(value, name)); });
    },
    // Everything of one person: what waits and what was noted about sending it.
    forget: async function (person) {
      await within("outgoing", "readwrite", async function (store) {
        const found = await promised(store.getAll());
        await Promise.all(found.filter(function (item) { return item.person === person; }).map(function (item) {
          return promised(store.delete(item.token));
        }));
      });
      await within("facts", "readwrite", function (store) { return promised(store.clear()); });
    }
  };
})();
