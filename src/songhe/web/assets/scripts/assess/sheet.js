// The form on a tablet: one part at a time, what is still open, and every answer kept on the device before it is sent.
// Nothing is scored here; the server does that when the form has arrived.
import { sendAll } from "./outbox.js";
import { Pad } from "./pad.js";
import { change, isWaiting, keepPage, read, readAll, remove, write } from "./store.js";

const PAUSE = 1200; // ms between the last answer and sending it
const AGAIN = 15000; // ms until what waits is tried again
const WHY = {
  offline: "没有网络，连上以后会自动送出。",
  signed_out: "登录过期了。请重新登录，登录以后会自动送出。",
  other_user: "现在登录的不是填表的人。请填表的人登录以后再送。",
};

export function sheetPage(device) {
  const form = document.querySelector("[data-sheet]");
  if (form) new Sheet(form, device).start();
}

class Sheet {
  constructor(form, device) {
    this.form = form;
    this.device = device;
    this.id = form.dataset.sheet;
    this.path = location.pathname;
    this.timer = null;
    this.wanted = null;
    this.writing = null;
    this.pressed = "";
    this.from = form.querySelector("[name=filled_from]");
    this.to = form.querySelector("[name=filled_to]");
    this.parts = [...form.querySelectorAll("[data-part]")];
    this.pad = new Pad(form);
  }

  async start() {
    this.showParts();
    this.form.addEventListener("click", (event) => this.move(event));
    const kept = await this.held();
    if (kept) this.restore(kept);
    else if (!this.form.dataset.arrived) this.from.value = "";
    this.count();
    this.form.addEventListener("change", () => this.keep());
    this.form.addEventListener("input", (event) => event.target.matches("textarea, input[type=text], input[type=number]") && this.keep());
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.form.addEventListener("click", (event) => this.step(event));
    this.form.querySelector("[data-again]").addEventListener("click", () => this.reopen());
    this.form.querySelector("[data-retry]").addEventListener("click", () => this.keep().then(() => this.send()));
    this.form.querySelector("[data-drop]").addEventListener("click", () => this.drop());
    window.addEventListener("online", () => this.send());
    setInterval(() => this.send(), AGAIN);
    keepPage(this.path, this.device.user, this.form.dataset.until).catch(() => {});
    this.send();
  }

  // The form of this visit that is on the device goes on under its own number, whatever number the page was given.
  async held() {
    const own = (row) => row.caseId === this.form.dataset.case && row.user === this.device.user;
    const kept = (await readAll("sheets")).find(own);
    if (kept) {
      this.id = kept.id;
      this.form.querySelector("[name=public_id]").value = kept.id;
    }
    return kept;
  }

  // The device is right where it holds answers that have not arrived, or where this page is older than what did.
  restore(kept) {
    const newer = isWaiting(kept) || moment(kept.arrivedAt) > moment(this.form.dataset.arrived);
    if (!newer) return;
    for (const field of this.form.elements) {
      if (!field.name || field.type === "hidden" || field.type === "submit") continue;
      const values = kept.fields.filter(([name]) => name === field.name).map(([, value]) => value);
      if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
      else field.value = values[0] || "";
    }
    for (const hidden of this.form.querySelectorAll("[name=filled_from], [name=filled_to], [name=e-strokes]")) {
      const found = kept.fields.find(([name]) => name === hidden.name);
      if (found) hidden.value = found[1];
    }
    this.pad.read();
    this.show(kept);
  }

  fields() {
    return [...new FormData(this.form)].filter(([name]) => !["csrfmiddlewaretoken", "do", "offline"].includes(name));
  }

  // Answers that come while one is being written are written together, so that nothing queues up on a slow device.
  keep(final = false) {
    const now = new Date().toISOString();
    if (!this.from.value) this.from.value = now;
    this.to.value = now;
    this.count();
    this.wanted = { fields: this.fields(), final };
    if (!this.writing) {
      this.writing = this.writeWanted().finally(() => {
        this.writing = null;
      });
    }
    return this.writing;
  }

  async writeWanted() {
    let kept;
    while (this.wanted) {
      const { fields, final } = this.wanted;
      this.wanted = null;
      kept = await change("sheets", this.id, (row) => {
        const refused = !final && row.refused && !row.refused.lasting ? row.refused : null;
        return Object.assign(row, { fields, final, refused, revision: row.revision + 1, offline: row.offline || !navigator.onLine });
      });
      if (!kept) await write("sheets", (kept = this.first(fields, final)));
    }
    this.form.dataset.held = String(kept.fields.length);
    this.show(kept);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), PAUSE);
  }

  first(fields, final) {
    return {
      id: this.id, caseId: this.form.dataset.case, user: this.device.user, who: this.form.dataset.who, path: this.path,
      fields, final, revision: 1, sent: 0, arrivedAt: "", at: "", offline: !navigator.onLine, refused: null,
    };
  }

  async send() {
    clearTimeout(this.timer);
    const kept = await read("sheets", this.id);
    if (!kept || !isWaiting(kept)) return;
    const came = (await sendAll(this.device.user))[this.id] || {};
    if (came.problem && came.problem !== "signed_out") await change("sheets", this.id, (row) => void (row.offline = true));
    if (came.final) return this.done(came);
    const left = await read("sheets", this.id);
    if (left) this.show(left, came);
    else if (!this.form.dataset.done) this.done({ at: "", sentence: "这张表已经送达。" });
    if (came.problem === "offline") this.askForSync();
  }

  // Where the browser can, the worker sends it even when this page has been closed.
  async askForSync() {
    const worker = await (navigator.serviceWorker && navigator.serviceWorker.ready);
    if (worker && worker.sync) worker.sync.register("songhe-assess").catch(() => {});
  }

  show(kept, came = {}) {
    const waiting = isWaiting(kept);
    const { refused } = kept;
    const stuck = refused && refused.lasting;
    this.state(waiting ? "kept" : "sent", waiting && !stuck ? WHY[came.problem] || (navigator.onLine ? "" : WHY.offline) : "", kept.at);
    this.lock(kept.final && waiting && !refused);
    this.refusal(refused, kept.questions || []);
  }

  state(name, why = "", at = "") {
    for (const line of this.form.querySelectorAll("[data-when]")) line.hidden = line.dataset.when !== name;
    const line = this.form.querySelector(`[data-when=${name}]`);
    line.querySelector("[data-why]").textContent = why;
    if (at && name === "sent") line.querySelector("[data-at]").textContent = at;
  }

  // What the server said about the form stays in view until it is sent again.
  refusal(refused, questions) {
    const block = this.form.querySelector("[data-refusal]");
    const text = refused ? `${refused.sentence}${refused.next}` : "";
    const told = block.querySelector("[data-told]");
    if (told.textContent !== text) told.textContent = text;
    block.hidden = !refused;
    block.querySelector("[data-lasting]").hidden = !(refused && refused.lasting);
    this.problems(refused ? refused.problems : questions);
  }

  lock(locked) {
    for (const all of this.form.querySelectorAll("fieldset[data-all]")) all.disabled = locked;
    this.form.querySelector("[data-locked]").hidden = !locked;
    this.form.querySelector("[data-buttons]").hidden = locked;
  }

  problems(found) {
    for (const line of this.form.querySelectorAll("[data-problem]")) line.textContent = "";
    for (const problem of found) {
      const line = this.form.querySelector(`[data-problem="${problem.where}"]`);
      if (line) line.textContent = `${problem.message}。${problem.remedy}。`;
    }
  }

  reopen() {
    this.lock(false); // first, because fields that are disabled are not read
    this.keep();
  }

  async drop() {
    if (!window.confirm("真的从这台设备上删去这张表吗？删去以后找不回来。")) return;
    await remove("sheets", this.id);
    await remove("pages", this.path);
    location.assign(this.form.dataset.back);
  }

  done(came) {
    this.form.dataset.done = "yes";
    this.lock(true);
    this.form.querySelector("[data-locked]").hidden = true;
    this.state("sent", came.sentence || "", came.at);
    const after = this.form.querySelector("[data-after]");
    after.hidden = false;
    after.querySelector("a").focus();
  }

  submit(event) {
    event.preventDefault();
    const final = this.pressed === "submit";
    this.pressed = "";
    if (!final) return void this.keep().then(() => this.send());
    const open = this.count();
    if (open.length) {
      this.open(this.parts[this.parts.length - 1].dataset.part);
      this.form.querySelector("[data-open-list]").focus();
      return;
    }
    this.keep(true).then(() => this.send());
  }

  // What is not answered yet. An answer that settles the matter by itself (data-ends) leaves nothing open.
  count() {
    const settled = this.form.querySelector("input[data-ends]:checked") !== null;
    const open = [...this.form.querySelectorAll("[data-asks]")].filter((field) => !answered(field));
    for (const part of this.parts) {
      const asked = [...part.querySelectorAll("[data-asks]")];
      const tally = this.form.querySelector(`[data-tally="${part.dataset.part}"]`);
      if (tally && asked.length) tally.textContent = `${asked.filter(answered).length}/${asked.length}`;
    }
    const items = [...this.form.querySelectorAll("[data-asks=item]")];
    const bar = this.form.querySelector("progress");
    bar.value = items.filter(answered).length;
    this.form.querySelector("[data-progress]").textContent = String(bar.value);
    const left = settled ? [] : open;
    this.form.querySelector("[data-nothing-open]").hidden = left.length > 0;
    this.form.querySelector("[data-some-open]").hidden = left.length === 0;
    this.form.querySelector("[data-open-count]").textContent = String(left.length);
    this.form.querySelector("[data-open-list]").replaceChildren(...left.map(line));
    return left;
  }

  // One part at a time, where there are scripts.
  showParts() {
    this.form.classList.add("by-parts");
    const named = location.hash.startsWith("#part-") ? location.hash.slice(6) : "";
    this.open(this.parts.some((part) => part.dataset.part === named) ? named : this.parts[0].dataset.part, false);
  }

  open(name, move = true) {
    for (const part of this.parts) part.hidden = part.dataset.part !== name;
    for (const link of this.form.querySelectorAll("[data-part-link]")) {
      if (link.dataset.partLink === name) link.setAttribute("aria-current", "step");
      else link.removeAttribute("aria-current");
    }
    if (!move) return;
    const head = this.form.querySelector(`[data-part="${name}"] h2`);
    head.focus({ preventScroll: true });
    this.form.scrollIntoView();
  }

  step(event) {
    const button = event.target.closest("button[name=do]");
    if (button) this.pressed = button.value; // Chrome 80 does not say which button sent a form
    const count = event.target.closest("[data-step]");
    if (count) {
      const field = count.parentElement.querySelector("input");
      field.value = Math.min(Number(field.max), Math.max(0, Number(field.value || 0) + Number(count.dataset.step)));
      this.keep();
    }
  }

  // From part to part; listened to from the first moment, whatever the device is still looking up.
  move(event) {
    const link = event.target.closest("[data-part-link], [data-to-part], [data-to-field]");
    if (!link) return;
    event.preventDefault();
    if (!link.dataset.toField) return this.open(link.dataset.partLink || link.dataset.toPart);
    const field = document.getElementById(link.dataset.toField);
    this.open(field.closest("[data-part]").dataset.part, false);
    field.scrollIntoView();
    field.querySelector("input").focus({ preventScroll: true });
  }
}

function moment(text) {
  return text ? Date.parse(text) : 0;
}

function answered(field) {
  const input = field.querySelector("input");
  return input.type === "radio" ? field.querySelector("input:checked") !== null : input.value !== "";
}

function line(field) {
  const entry = document.createElement("li");
  const link = document.createElement("a");
  link.href = `#${field.id}`;
  link.dataset.toField = field.id;
  link.textContent = field.dataset.label;
  entry.append(link);
  return entry;
}
