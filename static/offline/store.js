// What the phone keeps: check-ins that wait to be sent, their pictures, and a few facts. Shared by the worker and the
// pages. Pictures lie in a database of their own, so that nothing about them can touch a check-in.
function promised(request) {
  "use strict";
  return new Promise(function (resolve, reject) {
    request.onsuccess = function () { resolve(request.result); };
    request.onerror = function () { reject(request.error); };
  });
}

// Return what runs an act on a store of a database. A change of its shape is a further step in `upgrade`, which
// leaves what waits where it is.
function database(name, version, upgrade) {
  "use strict";
  let opening = null;

  function open() {
    if (!opening) {
      const request = indexedDB.open(name, version);
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
  return async function (store, mode, act) {
    const transaction = (await open()).transaction(store, mode, { durability: "strict" });
    const done = new Promise(function (resolve, reject) {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = function () { reject(transaction.error); };
    });
    const [found] = await Promise.all([act(transaction.objectStore(store)), done]);
    return found;
  };
}

self.Store = (function () {
  "use strict";
  const within = database("aftercare", 1, function (event) {
    // token, person, bodies (as posted), filledAt (ms by this phone's clock), errors (null: not refused)
    event.target.result.createObjectStore("outgoing", { keyPath: "token" });
    event.target.result.createObjectStore("facts");
  });

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
        errors: null
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
      await Pictures.forget(person);
    }
  };
})();

self.Pictures = (function () {
  "use strict";
  const within = database("aftercare-pictures", 1, function (event) {
    // token, person, checkIn (the token of its form), filledAt (of the check-in), area, label (of the area), consent
    // and record (as posted; "" where not asked), blob, keptAt (ms), errors (null: not refused; else a sentence, or
    // "large" or "unread")
    event.target.result.createObjectStore("pictures", { keyPath: "token" });
  });

  function all() {
    return within("pictures", "readonly", function (store) { return promised(store.getAll()); });
  }

  function remove(token) {
    return within("pictures", "readwrite", function (store) { return promised(store.delete(token)); });
  }

  // Those of a person; none where they cannot be read, which is never in the way of a check-in.
  async function own(person) {
    const found = await all().catch(function () { return []; });
    return found.filter(function (picture) { return picture.person === person; });
  }

  async function removeWhere(is) {
    await Promise.all((await all()).filter(is).map(function (picture) { return remove(picture.token); }));
  }

  return {
    all: all,
    own: own,
    remove: remove,
    // Take the newest picture off, so that a check-in has room; answer whether there was one.
    makeRoom: async function () {
      const newest = (await all()).sort(function (one, other) { return other.keptAt - one.keptAt; })[0];
      if (newest) {
        await remove(newest.token);
        await Store.setFact("dropped", newest.person);
      }
      return Boolean(newest);
    },
    keep: function (picture) {
      return within("pictures", "readwrite", function (store) { return promised(store.add(picture)); });
    },
    // Note why the portal does not take a picture, unless it was removed meanwhile.
    refuse: function (token, errors) {
      return within("pictures", "readwrite", async function (store) {
        const found = await promised(store.get(token));
        return found ? promised(store.put(Object.assign(found, { errors: errors }))) : null;
      });
    },
    removeOf: function (checkIn) {
      return removeWhere(function (picture) { return picture.checkIn === checkIn; });
    },
    forget: function (person) {
      return removeWhere(function (picture) { return picture.person === person; });
    }
  };
})();
