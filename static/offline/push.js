// Shows push messages, and opens the portal where one is tapped.
"use strict";

self.addEventListener("push", function (event) {
  var said = event.data ? event.data.json() : {};
  event.waitUntil(
    self.registration.showNotification(said.title || self.location.hostname, {
      body: said.body || "",
      tag: said.tag || "",
      renotify: Boolean(said.tag),
      requireInteraction: true,
      data: { url: said.url || "/" },
    })
  );
});

self.addEventListener("notificationclick", function (event) {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data.url));
});
