// LeNet in the reader's browser: what lenet_lib.photo does to a drawing, and what the networks make
// of it. PACKAGE has the weights (networks.js), Sheet the page to draw on (sheet.js); the names are
// those of the Python functions that each step repeats. Pictures are rows of floats, one after the
// other: {width, height, data}.

const NONE = 10; // the verifier's class of what is no digit

// -- photo/ink.py, form.py: from a drawing to MNIST's form -----------------------------------------

function picture(width, height, value) {
  const data = new Float32Array(width * height);
  if (value) for (let i = 0; i < data.length; i++) data[i] = value(i % width, Math.floor(i / width));
  return { width, height, data };
}

const at = ({ width, data }, x, y) => data[y * width + x];
const inside = ({ width, height }, x, y) => x >= 0 && x < width && y >= 0 && y < height;
const clip = (value, low, high) => Math.min(Math.max(value, low), high);

function halfEven(value) { // as Python rounds
  const down = Math.floor(value);
  return value - down === 0.5 ? down + (down % 2) : Math.round(value);
}

// Black ink on white paper: its darkness, 0 to 1, blurred as a camera would (a Gaussian of 0.7
// pixels), and the edge and what is surely ink by Otsu's threshold.
function byBorder(pixels) {
  const weights = [-3, -2, -1, 0, 1, 2, 3].map((d) => Math.exp(-d * d / (2 * 0.7 ** 2)));
  const total = weights.reduce((a, b) => a + b);
  const mirror = (i, size) => (i < 0 ? -1 - i : i >= size ? 2 * size - 1 - i : i);
  const blur = (from, step) => picture(from.width, from.height, (x, y) => {
    let sum = 0;
    for (let d = -3; d <= 3; d++) {
      sum += weights[d + 3] * (step === "x"
        ? at(from, mirror(x + d, from.width), y) : at(from, x, mirror(y + d, from.height)));
    }
    return sum / total;
  });
  const soft = blur(blur(pixels, "y"), "x");
  const dark = picture(soft.width, soft.height, (x, y) => clip(1 - at(soft, x, y), 0, 1));
  const sure = Math.max(otsu(dark.data), 0.04);
  return { ...dark, sure, edge: sure / 2 };
}

// Otsu's threshold as scikit-image has it: the middle of one of 256 bins.
function otsu(values) {
  let least = Infinity, most = -Infinity;
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  const bin = (most - least) / 256, middle = (i) => least + (i + 0.5) * bin;
  if (!bin) return least;
  const counts = new Float64Array(256);
  for (const value of values) counts[Math.min(Math.floor((value - least) / bin), 255)]++;
  const mass = counts.reduce((sum, count, i) => sum + count * middle(i), 0);
  let best = 0, widest = -1, below = 0, massBelow = 0;
  for (let i = 0; i < 255; i++) {
    below += counts[i];
    massBelow += counts[i] * middle(i);
    const above = values.length - below;
    const between = below * above * (massBelow / below - (mass - massBelow) / above) ** 2;
    if (between > widest) [best, widest] = [i, between];
  }
  return middle(best);
}

const SPECK = 12, SMALLEST = 18; // pixels of a piece, and its longer side
const NEAR = 5; // what has four pixels between it, a gap in a stroke, is one piece

function findPieces(ink) {
  const labels = picture(ink.width, ink.height);
  const pieces = [];
  for (let start = 0; start < labels.data.length; start++) {
    if (labels.data[start] || !(ink.data[start] > ink.edge)) continue;
    const piece = { label: pieces.length + 1, left: 1e9, right: 0, top: 1e9, bottom: 0, area: 0, sure: 0, mass: 0 };
    const todo = [start];
    labels.data[start] = piece.label;
    while (todo.length) {
      const place = todo.pop(), x = place % ink.width, y = Math.floor(place / ink.width);
      piece.left = Math.min(piece.left, x);
      piece.right = Math.max(piece.right, x + 1);
      piece.top = Math.min(piece.top, y);
      piece.bottom = Math.max(piece.bottom, y + 1);
      piece.area++;
      piece.sure += ink.data[place] > ink.sure;
      piece.mass += ink.data[place];
      for (let v = y - NEAR; v <= y + NEAR; v++) {
        for (let u = x - NEAR; u <= x + NEAR; u++) {
          if (!inside(ink, u, v) || at(labels, u, v) || !(at(ink, u, v) > ink.edge)) continue;
          labels.data[v * ink.width + u] = piece.label;
          todo.push(v * ink.width + u);
        }
      }
    }
    piece.width = piece.right - piece.left;
    piece.height = piece.bottom - piece.top;
    piece.size = Math.max(piece.width, piece.height);
    piece.level = piece.mass / piece.area;
    pieces.push(piece);
  }
  const found = pieces.filter((piece) => piece.area >= SPECK && piece.sure);
  return [labels, found.sort((a, b) => b.size * b.level - a.size * a.level)];
}

function belongs(small, main) {
  if (small.size < 0.08 * main.size) return false;
  const across = Math.max(small.left, main.left) - Math.min(small.right, main.right);
  const down = Math.max(small.top, main.top) - Math.min(small.bottom, main.bottom);
  const gap = Math.max(across, down, 0);
  const beside = across > 0 || -across < 0.3 * Math.min(small.width, main.width);
  if (beside && small.height > 0.8 * main.height) return gap < 0.02 * main.size;
  return gap < (beside ? 0.25 : 0.4) * main.size;
}

// Pillow's resize along the rows: each new pixel is a weighted mean of those below the filter.
function resizeRows(from, width, reach, filter) {
  const scale = from.width / width, wide = Math.max(scale, 1);
  const columns = Array.from({ length: width }, (_, x) => {
    const middle = (x + 0.5) * scale;
    const first = Math.max(Math.trunc(middle - reach * wide + 0.5), 0);
    const last = Math.min(Math.trunc(middle + reach * wide + 0.5), from.width);
    const weights = [];
    for (let i = first; i < last; i++) weights.push(filter((i - middle + 0.5) / wide));
    const total = weights.reduce((a, b) => a + b, 0);
    return [first, weights.map((weight) => weight / total)];
  });
  return picture(width, from.height, (x, y) => {
    const [first, weights] = columns[x];
    return weights.reduce((sum, weight, i) => sum + weight * at(from, first + i, y), 0);
  });
}

const turned = (from) => picture(from.height, from.width, (x, y) => at(from, y, x));

function resize(from, width, height, reach, filter, round = (value) => value) {
  const rounded = (each) => picture(each.width, each.height, (x, y) => round(at(each, x, y)));
  const rows = rounded(resizeRows(from, width, reach, filter));
  return turned(rounded(resizeRows(turned(rows), height, reach, filter)));
}

function bicubic(x) {
  const t = Math.abs(x);
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
  return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
}

const box = (x) => (x > -0.5 && x <= 0.5 ? 1 : 0);

function zoom(from, factor) {
  const side = (length) => Math.max(1, halfEven(length * factor));
  return resize(from, side(from.width), side(from.height), 2, bicubic);
}

function boxOf(strokes) {
  const found = { left: strokes.width, right: 0, top: strokes.height, bottom: 0 };
  strokes.data.forEach((value, i) => {
    if (!value) return;
    const x = i % strokes.width, y = Math.floor(i / strokes.width);
    found.left = Math.min(found.left, x);
    found.right = Math.max(found.right, x + 1);
    found.top = Math.min(found.top, y);
    found.bottom = Math.max(found.bottom, y + 1);
  });
  return found;
}

function trim(strokes) {
  const { left, right, top, bottom } = boxOf(strokes);
  if (!right) return picture(1, 1, () => 1);
  return picture(right - left, bottom - top, (x, y) => at(strokes, left + x, top + y));
}

function padded(from, pad) {
  return picture(from.width + 2 * pad, from.height + 2 * pad, (x, y) =>
    (inside(from, x - pad, y - pad) ? at(from, x - pad, y - pad) : 0));
}

// The digit alone, its longer side 120 pixels, in black and white.
function cutOut(ink, mask) {
  const near = (x, y) => { // within two steps of the strokes
    for (let v = -2; v <= 2; v++) {
      for (let u = Math.abs(v) - 2; u <= 2 - Math.abs(v); u++) {
        if (inside(mask, x + u, y + v) && at(mask, x + u, y + v)) return true;
      }
    }
    return false;
  };
  const all = picture(mask.width, mask.height, near);
  const { left, right, top, bottom } = boxOf(mask), pad = 2;
  const width = right - left + 2 * pad, height = bottom - top + 2 * pad;
  const cut = (value) => picture(width, height, (x, y) => value(
    clip(left - pad + x, 0, mask.width - 1), clip(top - pad + y, 0, mask.height - 1)));
  const factor = 120 / (Math.max(width, height) - 2 * pad);
  const soft = zoom(cut((x, y) => (at(all, x, y) ? at(ink, x, y) : 0)), factor);
  return trim(picture(soft.width, soft.height, (x, y) => at(soft, x, y) > ink.edge));
}

// Squared distance from each pixel to the nearest one that is not 0.
function squaredDistance(zeros) {
  const far = 1e9;
  const down = picture(zeros.width, zeros.height, (x, y) => (at(zeros, x, y) ? 0 : far));
  for (let x = 0; x < down.width; x++) {
    for (let y = 1; y < down.height; y++) {
      down.data[y * down.width + x] = Math.min(at(down, x, y), at(down, x, y - 1) + 1);
    }
    for (let y = down.height - 2; y >= 0; y--) {
      down.data[y * down.width + x] = Math.min(at(down, x, y), at(down, x, y + 1) + 1);
    }
  }
  return picture(down.width, down.height, (x, y) => {
    let least = far;
    for (let u = 0; u < down.width; u++) least = Math.min(least, (u - x) ** 2 + at(down, u, y) ** 2);
    return least;
  });
}

function strokeWidth(strokes) {
  const framed = padded(strokes, 1);
  const depth = squaredDistance(picture(framed.width, framed.height, (x, y) => !at(framed, x, y)));
  let sum = 0, count = 0;
  depth.data.forEach((value, i) => {
    if (!value) return;
    const x = i % depth.width, y = Math.floor(i / depth.width);
    for (let v = y - 1; v <= y + 1; v++) {
      for (let u = x - 1; u <= x + 1; u++) if (inside(depth, u, v) && at(depth, u, v) > value) return;
    }
    sum += Math.sqrt(value);
    count++;
  });
  return 2 * sum / count - 1;
}

// A pen thinner than MNIST's would vanish in 20×20 pixels.
function widen(strokes) {
  const unit = Math.max(strokes.width, strokes.height) / 20;
  const grow = (2 * unit - strokeWidth(strokes)) / 2;
  if (grow < 0.5) return strokes;
  const distance = squaredDistance(padded(strokes, Math.trunc(grow) + 2));
  return trim(picture(distance.width, distance.height, (x, y) => at(distance, x, y) <= grow ** 2));
}

// Into 20×20; averaging makes the grey levels.
function fit(strokes) {
  const factor = 20 / Math.max(strokes.width, strokes.height);
  const side = (length) => Math.max(1, halfEven(length * factor));
  const image = picture(strokes.width, strokes.height, (x, y) => (at(strokes, x, y) ? 255 : 0));
  return resize(image, side(strokes.width), side(strokes.height), 0.5, box, Math.round);
}

// Into 28×28, the centre of mass in the middle.
function centre(small) {
  let mass = 0, row = 0, column = 0;
  small.data.forEach((value, i) => {
    mass += value;
    row += value * Math.floor(i / small.width);
    column += value * (i % small.width);
  });
  const top = clip(halfEven(14 - row / mass), 0, 28 - small.height);
  const left = clip(halfEven(14 - column / mass), 0, 28 - small.width);
  return picture(28, 28, (x, y) => (inside(small, x - left, y - top) ? at(small, x - left, y - top) : 0));
}

const normalise = (ink, mask) => centre(fit(widen(cutOut(ink, mask))));

// -- models/, photo/verifier.py: the networks -------------------------------------------------------

function decoded({ shape, padding, weight, bias }) {
  const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  return { shape, padding, weight: floats(weight), bias: floats(bias) };
}

const LENET = PACKAGE.lenet.map(decoded);
const VERIFIER = PACKAGE.verifier.map(decoded);

// A convolution of C maps of side×side, ReLU, and 2×2 max pooling.
function convolved(maps, side, { shape: [features, channels, kernel], padding, weight, bias }) {
  const wide = side + 2 * padding - kernel + 1, half = Math.floor(wide / 2);
  const pooled = new Float32Array(features * half * half); // 0, as ReLU leaves it at least
  for (let f = 0; f < features; f++) {
    for (let y = 0; y < 2 * half; y++) {
      for (let x = 0; x < 2 * half; x++) {
        let sum = bias[f];
        for (let c = 0; c < channels; c++) {
          for (let v = Math.max(0, padding - y); v < Math.min(kernel, side + padding - y); v++) {
            const row = (c * side + y + v - padding) * side + x - padding;
            const first = ((f * channels + c) * kernel + v) * kernel;
            for (let u = Math.max(0, padding - x); u < Math.min(kernel, side + padding - x); u++) {
              sum += weight[first + u] * maps[row + u];
            }
          }
        }
        const place = (f * half + (y >> 1)) * half + (x >> 1);
        pooled[place] = Math.max(pooled[place], sum);
      }
    }
  }
  return [pooled, half];
}

function linear(units, { shape: [outputs, inputs], weight, bias }) {
  return Float32Array.from({ length: outputs }, (_, o) => {
    let sum = bias[o];
    for (let i = 0; i < inputs; i++) sum += weight[o * inputs + i] * units[i];
    return sum;
  });
}

// The logits of 28×28 grey levels, 0 (paper) to 255 (ink).
function predictLogits(network, digit) {
  let values = Float32Array.from(digit, (level) => level / 255), side = 28;
  network.forEach((layer, i) => {
    if (layer.shape.length === 4) [values, side] = convolved(values, side, layer);
    else values = linear(i && network[i - 1].shape.length === 2 ? values.map((v) => Math.max(v, 0)) : values, layer);
  });
  return values;
}

function softmax(logits, temperature = 1) {
  const most = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp((logit - most) / temperature));
  const total = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / total);
}

const opinions = (digit) => softmax(predictLogits(VERIFIER, digit));

function probabilities(digit) {
  const doubts = opinions(digit);
  return softmax(predictLogits(LENET, digit), PACKAGE.temperature)
    .map((share, i) => share * doubts[i] ** 2);
}

// -- photo/finds.py, photo/steps.py: from pixels to an answer ---------------------------------------

// The first look of lenet_lib.photo.explain, which is its last where it finds a digit for sure: what
// is drawn on a clean sheet needs no segmenter, which is for photos. Gives what was seen, 28×28
// grey levels, and why it is no digit, if it is none; null for an empty sheet.
function explain(pixels) {
  const ink = byBorder(pixels);
  const [labels, every] = findPieces(ink);
  const pieces = every.filter((piece) => piece.size >= SMALLEST);
  if (!pieces.length) return null;
  const maskOf = (parts) => {
    const wanted = new Set(parts.map((piece) => piece.label));
    return picture(ink.width, ink.height, (x, y) => wanted.has(at(labels, x, y)));
  };
  const main = pieces[0];
  const parts = pieces.filter((piece) => piece === main || belongs(piece, main));
  const digit = normalise(ink, maskOf(parts)).data;
  const others = pieces.filter((piece) => !parts.includes(piece) && piece.height > 0.5 * main.height);
  const digits = others.filter((piece) => opinions(normalise(ink, maskOf([piece])).data)[NONE] < 0.5);
  if (digits.length) return { digit, refused: "These are several digits; one at a time is read." };
  const sum = (some, what) => some.reduce((all, piece) => all + piece[what], 0);
  const share = sum(parts, "mass") / sum(every, "mass");
  const certainty = sum(parts, "sure") / sum(parts, "area");
  const score = Math.max(...opinions(digit).slice(0, NONE)) * share * certainty;
  return { digit, refused: share <= 0.65 || score < 0.1 ? "This looks like no digit." : "" };
}

// Prediction's words.
function sentence(shares) {
  const [second, first] = shares.map((_, digit) => digit)
    .sort((a, b) => shares[a] - shares[b]).slice(-2);
  const percent = (digit) => shares[digit] < 0.0005 ? "<0.1%" // no certainty, either way
    : shares[digit] >= 0.9995 ? ">99.9%" : `${(100 * shares[digit]).toFixed(1)}%`;
  const said = `${first} (${percent(first)}), else ${second} (${percent(second)})`;
  return shares[first] < 0.5 ? `${said}; perhaps no digit` : said;
}

// -- the page: what is the kernel's part in a notebook ----------------------------------------------

function seenAs(digit) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 28;
  const pen = canvas.getContext("2d"), image = pen.createImageData(28, 28);
  digit.forEach((level, i) => image.data.set([255 - level, 255 - level, 255 - level, 255], 4 * i));
  pen.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

async function pixelsOf(file) {
  const bitmap = await createImageBitmap(new Blob([file]));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  const pen = canvas.getContext("2d");
  pen.drawImage(bitmap, 0, 0);
  const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
  return picture(canvas.width, canvas.height, (x, y) => data[4 * (y * canvas.width + x)] / 255);
}

const values = { number: 0, answered: 0, answer: PACKAGE.hint, probabilities: [], seen: "", photos: false };
let answered = () => {};

async function answer() {
  const { number, picture: file } = values;
  const pixels = file.byteLength ? await pixelsOf(file) : null;
  if (number !== values.number) return; // cleared meanwhile
  const found = pixels && explain(pixels);
  values.seen = found && !found.refused ? seenAs(found.digit) : "";
  values.probabilities = found && !found.refused ? probabilities(found.digit) : [];
  values.answer = !found ? PACKAGE.hint : found.refused || sentence(values.probabilities);
  values.answered = number;
  answered();
}

Sheet.render({
  el: document.getElementById("sheet"),
  model: {
    get: (name) => values[name],
    set: (name, value) => { values[name] = value; },
    save_changes: answer,
    on: (_, listener) => { answered = listener; },
    off: () => {},
  },
});
