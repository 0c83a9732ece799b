// A sheet to draw a digit on with the mouse, a finger, a pen or the arrow keys; the kernel answers as
// one draws. In the web edition the page itself is the kernel (web/static/lenet.js).
const SIDE = 280;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function element(tag, style = "", text = "") {
  const made = document.createElement(tag);
  made.style.cssText = style;
  made.textContent = text;
  return made;
}

function render({ model, el }) {
  const sheet = element("canvas", "border:1px solid #999;cursor:crosshair;touch-action:none");
  sheet.width = sheet.height = SIDE;
  sheet.className = "lenet-canvas";
  sheet.tabIndex = 0;
  sheet.setAttribute("role", "application"); // a screen reader leaves it the arrow keys
  sheet.setAttribute("aria-label", "Draw a digit here: with the arrow keys, or with Shift to move only");
  sheet.dataset.lmSuppressShortcuts = "true"; // JupyterLab's arrow keys would leave the cell
  const tip = element("div", "position:absolute;width:16px;height:16px;margin:-8px;border-radius:50%;"
    + "box-shadow:0 0 0 2px #E69F00;pointer-events:none;visibility:hidden");
  const paper = element("div", "position:relative;width:max-content;line-height:0");
  paper.append(sheet, tip);
  const pen = sheet.getContext("2d");
  const clear = element("button", "", "Clear");
  clear.className = "lenet-clear";
  const file = element("input");
  file.type = "file";
  file.accept = "image/*";
  file.setAttribute("aria-label", "Read a photo instead");
  const answer = element("div", "font-size:1.4em;min-height:1.6em;max-width:24em");
  answer.className = "lenet-answer";
  answer.setAttribute("role", "status");
  const bars = element("div", "font:12px monospace");
  const seen = element("img", "width:112px;image-rendering:pixelated;border:1px solid #999");
  seen.alt = "What the network sees";
  const left = element("div");
  const right = element("div", "flex:1;min-width:240px");
  const tools = element("div", "margin-top:4px");
  tools.append(clear);
  if (model.get("photos") !== false) tools.append(" or a photo: ", file);
  left.append(paper, tools);
  right.append(answer, bars, seen);
  el.style.cssText = "display:flex;gap:24px;flex-wrap:wrap";
  el.append(left, right);

  let drawing = false;
  let waiting = false; // for the kernel's answer
  let changed = false; // since it was asked
  let turn = 0; // a cleared sheet or a photo begins another, and what was being sent is dropped

  function blank() {
    pen.fillStyle = "white";
    pen.fillRect(0, 0, SIDE, SIDE);
    pen.strokeStyle = "black";
    pen.lineWidth = 16;
    pen.lineCap = pen.lineJoin = "round";
  }

  function begin() {
    waiting = true;
    changed = false;
    return ++turn;
  }

  function send(bytes, asked) {
    if (asked !== turn) return;
    model.set("number", model.get("number") + 1);
    model.set("picture", new DataView(bytes));
    model.save_changes();
  }

  function ask() {
    if (waiting) {
      changed = true;
      return;
    }
    const asked = begin();
    sheet.toBlob(async (blob) => send(await blob.arrayBuffer(), asked));
  }

  function place(event) {
    const box = sheet.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIDE,
      ((event.clientY - box.top) / box.height) * SIDE];
  }

  sheet.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    sheet.setPointerCapture(event.pointerId);
    drawing = true;
    pen.beginPath();
    pen.moveTo(...place(event));
    pen.lineTo(...place(event));
    pen.stroke();
  });
  sheet.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    pen.lineTo(...place(event));
    pen.stroke();
    ask();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    sheet.addEventListener(end, () => {
      if (drawing) ask();
      drawing = false;
    });
  }
  const keys = new Set(); // those held: two go diagonally
  let nib = [SIDE / 2, SIDE / 2];
  sheet.addEventListener("keydown", (event) => {
    if (!ARROWS[event.key]) return;
    event.preventDefault();
    keys.add(event.key);
    const to = nib.map((value, axis) => Math.min(SIDE, Math.max(0,
      [...keys].reduce((sum, key) => sum + 7 * ARROWS[key][axis], value))));
    if (!event.shiftKey) {
      pen.beginPath();
      pen.moveTo(...nib);
      pen.lineTo(...to);
      pen.stroke();
      ask();
    }
    nib = to;
    [tip.style.left, tip.style.top] = to.map((value) => `${(100 * value) / SIDE}%`);
    tip.style.visibility = "visible";
  });
  sheet.addEventListener("keyup", (event) => keys.delete(event.key));
  for (const end of ["blur", "pointerdown"]) {
    sheet.addEventListener(end, () => {
      keys.clear();
      tip.style.visibility = "hidden";
    });
  }
  clear.addEventListener("click", () => {
    blank();
    send(new ArrayBuffer(0), begin());
  });
  file.addEventListener("change", async () => {
    const chosen = file.files[0];
    if (!chosen) return;
    answer.textContent = "…";
    const asked = begin();
    try { // a photo is made smaller first, and turned the way it was held
      const photo = await createImageBitmap(chosen);
      const factor = Math.min(1, 1600 / Math.max(photo.width, photo.height));
      const copy = document.createElement("canvas");
      copy.width = Math.round(photo.width * factor);
      copy.height = Math.round(photo.height * factor);
      copy.getContext("2d").drawImage(photo, 0, 0, copy.width, copy.height);
      copy.toBlob(async (blob) => send(await blob.arrayBuffer(), asked), "image/jpeg", 0.92);
    } catch { // the kernel says what it is
      send(await chosen.slice(0, 1 << 20).arrayBuffer(), asked);
    }
    file.value = "";
  });

  function show() {
    if (model.get("answered") !== model.get("number")) return; // the answer to what is gone
    waiting = false;
    answer.textContent = model.get("answer");
    bars.replaceChildren(...model.get("probabilities").map((share, digit) => {
      const row = element("div", "display:flex;gap:6px;align-items:center");
      const bar = element("div", `background:#0072B2;height:9px;width:${160 * share}px`);
      row.append(String(digit), bar, `${(100 * share).toFixed(1)}%`);
      return row;
    }));
    seen.style.visibility = model.get("seen") ? "visible" : "hidden";
    if (model.get("seen")) seen.src = model.get("seen");
    if (changed) ask();
  }

  blank();
  model.on("change:answered", show);
  show();
  return () => model.off("change:answered", show);
}

export default { render };
