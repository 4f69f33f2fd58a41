"use strict";
// A telephone's picture is made small before it is sent; what stands in the file beside the picture stays here.
const SIDE = 960;
const SMALL_BYTES = 200000;
async function smaller(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, SIDE / Math.min(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  for (const quality of [0.85, 0.6, 0.35]) {
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (blob && (blob.size <= SMALL_BYTES || quality === 0.35)) return new File([blob], "photo.jpg", { type: "image/jpeg" });
  }
  return file;
}
for (const input of document.querySelectorAll("input[type=file][data-small]")) {
  const button = input.form.querySelector("button");
  input.addEventListener("change", async () => {
    if (!input.files.length || input.files[0].type === "application/pdf" || !window.createImageBitmap || !window.DataTransfer) return;
    button.disabled = true;
    try {
      const files = new DataTransfer();
      files.items.add(await smaller(input.files[0]));
      input.files = files.files;
    } catch (error) {
      // It is sent as it is; whoever looks at it says what is wrong with it.
    }
    button.disabled = false;
  });
}
