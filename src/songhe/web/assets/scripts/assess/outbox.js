// Sends what waits on this device. Used by the pages and, where the browser can, by the worker when the network comes back.
// A sheet carries the number that it was given on the device, so that sending it twice is one form.
import { change, isWaiting, read, readAll, remove } from "./store.js";

const WHO = "/assess/device/";
const OFFLINE = "offline";
const SIGNED_OUT = "signed_out";

// One sender at a time, also between pages and worker, where the browser has locks.
export function sendAll(user) {
  const work = () => sendEach(user);
  const locks = self.navigator && self.navigator.locks;
  return locks ? locks.request("songhe-assess-outbox", work) : work();
}

async function sendEach(user) {
  const waiting = (await readAll("sheets")).filter((sheet) => isWaiting(sheet) && !(sheet.refused && sheet.refused.lasting));
  const came = {};
  if (!waiting.length) return came;
  const signed = await whoIsThere();
  for (const sheet of waiting) {
    if (signed.problem) came[sheet.id] = { problem: signed.problem };
    else if (sheet.user !== signed.user || (user && user !== signed.user)) came[sheet.id] = { problem: "other_user" };
    else came[sheet.id] = await send(sheet, signed.token);
  }
  return came;
}

async function whoIsThere() {
  try {
    const answer = await fetch(WHO, { credentials: "same-origin", redirect: "manual", cache: "no-store" });
    if (answer.type === "opaqueredirect" || answer.status === 403) return { problem: SIGNED_OUT };
    if (!answer.ok) return { problem: OFFLINE };
    return await answer.json();
  } catch (error) {
    return { problem: OFFLINE };
  }
}

async function send(sheet, token) {
  const body = new URLSearchParams(sheet.fields);
  body.set("do", sheet.final ? "submit" : "save");
  body.set("offline", sheet.offline ? "yes" : "");
  let answer;
  try {
    answer = await fetch(sheet.path, {
      method: "POST", body, credentials: "same-origin", redirect: "manual",
      headers: { "X-CSRFToken": token, "X-Songhe-Device": "1" },
    });
  } catch (error) {
    return { problem: OFFLINE };
  }
  if (answer.type === "opaqueredirect") return { problem: SIGNED_OUT };
  if (!(answer.headers.get("Content-Type") || "").includes("json")) return { problem: answer.status === 403 ? SIGNED_OUT : OFFLINE };
  const said = await answer.json();
  return answer.ok ? arrived(sheet, said) : refused(sheet, answer.status, said);
}

// A final form leaves the device when it has arrived; a draft stays while the visit goes on.
async function arrived(sheet, said) {
  if (said.state === "final") {
    const now = await read("sheets", sheet.id);
    if (now && now.revision === sheet.revision) {
      await remove("sheets", sheet.id);
      await remove("pages", sheet.path);
    }
    return { final: true, at: said.at, sentence: said.sentence };
  }
  await change("sheets", sheet.id, (row) => {
    row.sent = Math.max(row.sent, sheet.revision);
    row.arrivedAt = said.arrived_at;
    row.at = said.at;
    row.questions = said.questions;
    if (row.sent === row.revision) row.offline = false;
  });
  return { final: false, at: said.at };
}

// Nothing is lost: the answers stay here with the reason. A form with faults is open again and goes on as a draft; what was refused for another
// reason is not sent a second time by itself.
async function refused(sheet, status, said) {
  const lasting = status !== 422 || !sheet.final;
  const why = { sentence: said.sentence, next: said.next_step || "", problems: said.problems || [], lasting };
  await change("sheets", sheet.id, (row) => {
    row.refused = why;
    row.final = false;
  });
  return { refused: why };
}
