// Makes a picture smaller before it is sent, where the browser can read it; the file as it is otherwise.
(function () {
  "use strict";
  var LONGEST = 2400; // pixels, as the portal keeps them
  var QUALITY = 0.88;
  var LIGHT = 2000000; // bytes

  function drawn(bitmap, part) {
    var canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * part);
    canvas.height = Math.round(bitmap.height * part);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return new Promise(function (resolve) {
      canvas.toBlob(resolve, "image/jpeg", QUALITY);
    });
  }

  window.smallerPicture = function (file) {
    if (!window.createImageBitmap) {
      return Promise.resolve(file);
    }
    return createImageBitmap(file, { imageOrientation: "from-image" })
      .then(function (bitmap) {
        var part = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
        return part === 1 && file.size < LIGHT ? file : drawn(bitmap, part);
      })
      .then(function (blob) {
        return blob && blob.size < file.size ? blob : file;
      })
      .catch(function () {
        return file; // HEIC in most browsers, and what is no picture: the portal says which
      });
  };
})();
