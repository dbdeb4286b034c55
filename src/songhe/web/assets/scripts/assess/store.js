// What the device keeps, in one IndexedDB: the sheets being filled in, and the pages of today's visits. Each belongs to one assessor.
//   sheets {id, caseId, user, who, path, day, fields, final, revision, sent, arrivedAt, offline, refused}
//   pages  {path, user, until, html, headers}
const NAME = "songhe-assess";
let opening = null;

function open() {
  if (!opening) {
    opening = new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("sheets", { keyPath: "id" });
        asked.result.createObjectStore("pages", { keyPath: "path" });
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }
  return opening;
}

async function run(store, mode, work) {
  const transaction = (await open()).transaction(store, mode);
  const asked = work(transaction.objectStore(store));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

export const read = (store, key) => run(store, "readonly", (rows) => rows.get(key));
export const readAll = (store) => run(store, "readonly", (rows) => rows.getAll());
export const write = (store, row) => run(store, "readwrite", (rows) => rows.put(row));
export const remove = (store, key) => run(store, "readwrite", (rows) => rows.delete(key));

// The row is changed in one transaction, so that what is typed while a form is on its way is not lost. Nothing happens where it is gone.
export async function change(store, key, edit) {
  const transaction = (await open()).transaction(store, "readwrite");
  const rows = transaction.objectStore(store);
  const asked = rows.get(key);
  let changed;
  asked.onsuccess = () => {
    if (!asked.result) return;
    changed = edit(asked.result) || asked.result;
    rows.put(changed);
  };
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(changed);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

export const isWaiting = (sheet) => sheet.revision > sheet.sent;

// A page as it came from the server, with the policy of content that it came with, so that it stays as strict from the device.
export async function keepPage(path, user, until) {
  const answer = await fetch(path, { credentials: "same-origin", redirect: "manual", cache: "no-store" });
  if (!answer.ok) return false;
  const headers = { "Content-Type": "text/html; charset=utf-8" };
  const policy = answer.headers.get("Content-Security-Policy");
  if (policy) headers["Content-Security-Policy"] = policy;
  await write("pages", { path, user, until, html: await answer.text(), headers });
  return true;
}

// What a visit no longer needs leaves the device: pages of past days and of other people. Answers that have not arrived stay.
export async function tidy(user, today) {
  const needed = new Set((await readAll("sheets")).map((sheet) => sheet.path));
  for (const page of await readAll("pages")) {
    if (page.user !== user || (page.until < today && !needed.has(page.path))) await remove("pages", page.path);
  }
}

export async function forgetPages() {
  const needed = new Set((await readAll("sheets")).filter(isWaiting).map((sheet) => sheet.path));
  for (const page of await readAll("pages")) if (!needed.has(page.path)) await remove("pages", page.path);
}
