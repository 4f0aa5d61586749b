// Says how much waits, in the words that the page hands over for one and for several.
self.counted = function (place, items, pictures) {
  "use strict";
  const words = place.dataset;
  const parts = [];
  if (items) {
    parts.push(items === 1 ? words.checkIn : words.checkIns.replace("%n", items));
  }
  if (pictures) {
    parts.push(pictures === 1 ? words.picture : words.pictures.replace("%n", pictures));
  }
  place.textContent = parts.join(", ");
};
