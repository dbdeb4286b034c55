// The elder's side signs in a box on the tablet. Kept are the lines themselves (whole numbers in a box of 600 by 200), never a picture file.
const NEAR = 3; // steps between two points that are kept
const MOST = 3800; // points in all
const EMPTY = "签名的框，还没有签";
const SIGNED = "签名的框，已经签了";

export class Pad {
  constructor(form) {
    this.place = form.querySelector("[data-elder]");
    if (!this.place) return;
    this.canvas = this.place.querySelector("[data-pad]");
    this.kept = form.querySelector("[name=e-strokes]");
    this.line = null;
    this.place.addEventListener("change", () => this.showFields());
    this.place.querySelector("[data-wipe]").addEventListener("click", () => this.wipe());
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
    this.canvas.addEventListener("pointermove", (event) => this.go(event));
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => this.end());
    this.read();
  }

  // What the form holds is drawn again: at the start, and after the device has put its own answers in.
  read() {
    if (!this.place) return;
    try {
      this.lines = JSON.parse(this.kept.value || "[]");
    } catch (error) {
      this.lines = [];
    }
    this.showFields();
    this.draw();
  }

  showFields() {
    const chosen = this.place.querySelector("[name=e-way]:checked");
    for (const field of this.place.querySelectorAll("[data-way]")) {
      field.hidden = !chosen || !field.dataset.way.split(" ").includes(chosen.value);
    }
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const within = (value, most) => Math.min(most, Math.max(0, Math.round(value)));
    return [
      within(((event.clientX - box.left) / box.width) * this.canvas.width, this.canvas.width),
      within(((event.clientY - box.top) / box.height) * this.canvas.height, this.canvas.height),
    ];
  }

  begin(event) {
    if (this.canvas.closest("fieldset").matches(":disabled") || this.points() >= MOST) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.line = this.at(event);
    this.lines.push(this.line);
    this.draw();
  }

  go(event) {
    if (!this.line || this.points() >= MOST) return;
    const [x, y] = this.at(event);
    const [lastX, lastY] = this.line.slice(-2);
    if (Math.abs(x - lastX) < NEAR && Math.abs(y - lastY) < NEAR) return;
    this.line.push(x, y);
    this.draw();
  }

  end() {
    if (!this.line) return;
    this.line = null;
    this.changed();
  }

  wipe() {
    this.lines = [];
    this.draw();
    this.changed();
  }

  changed() {
    this.kept.value = JSON.stringify(this.lines);
    this.kept.dispatchEvent(new Event("change", { bubbles: true }));
  }

  points() {
    return this.lines.reduce((sum, line) => sum + line.length / 2, 0);
  }

  draw() {
    const pen = this.canvas.getContext("2d");
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    Object.assign(pen, { lineWidth: 4, lineCap: "round", lineJoin: "round", strokeStyle: "#111" });
    for (const line of this.lines) {
      pen.beginPath();
      pen.moveTo(line[0], line[1]);
      for (let place = 2; place < line.length; place += 2) pen.lineTo(line[place], line[place + 1]);
      if (line.length === 2) pen.lineTo(line[0], line[1]);
      pen.stroke();
    }
    this.canvas.setAttribute("aria-label", this.lines.length ? SIGNED : EMPTY);
  }
}
