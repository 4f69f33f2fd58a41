"use strict";
// A photo of a page is far larger than it must be to be read: it is drawn anew, smaller and grey, before it is sent.
for (const field of document.querySelectorAll("input[data-shrink]")) {
  const most = 240 * 1024;
  field.addEventListener("change", async () => {
    const [file] = field.files;
    if (!file || file.size <= most || !file.type.startsWith("image/")) return;
    const picture = await createImageBitmap(file).catch(() => null);
    if (!picture) return;
    for (const width of [1700, 1240, 900]) {
      const scale = Math.min(1, width / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      const drawn = canvas.getContext("2d");
      drawn.filter = "grayscale(1)";
      drawn.drawImage(picture, 0, 0, canvas.width, canvas.height);
      const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.6));
      if (small && small.size <= most) {
        const files = new DataTransfer();
        files.items.add(new File([small], "scan.jpg", { type: "image/jpeg" }));
        field.files = files.files;
        return;
      }
    }
  });
}
