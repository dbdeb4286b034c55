// Every page of this desk: sends what waits on the device, says what does, and on the page of visits takes today's sheets along.
import { sendAll } from "./outbox.js";
import { forgetPages, isWaiting, keepPage, readAll, remove, tidy } from "./store.js";

export async function visitsPage(device) {
  await tidy(device.user, device.today);
  if (!document.querySelector("[data-sheet]")) await deliver(device);
  await takeAlong(device);
  for (const form of document.querySelectorAll('form[action$="/logout/"]')) {
    form.addEventListener("submit", () => void forgetPages());
  }
  window.addEventListener("online", () => deliver(device));
}

async function deliver(device) {
  const came = await sendAll(device.user).catch(() => ({}));
  const list = document.querySelector("[data-device-sheets]");
  if (!list) return;
  const sheets = (await readAll("sheets")).filter(isWaiting);
  list.querySelector("ul").replaceChildren(...sheets.map((sheet) => entry(sheet, device)));
  list.hidden = sheets.length === 0;
  const news = document.querySelector("[data-device-news]");
  const delivered = Object.values(came).filter((one) => one.final).length;
  if (delivered) {
    news.querySelector("p").textContent = `这台设备上有${delivered}张表刚刚送达。`;
    news.hidden = false;
  }
}

// Somebody else's sheet is counted and nothing of it is shown.
function entry(sheet, device) {
  const item = document.createElement("li");
  const own = sheet.user === device.user;
  const link = document.createElement(own ? "a" : "span");
  link.textContent = own ? sheet.who : "另一位评估员的一张表";
  if (own) link.href = sheet.path;
  const why = document.createElement("span");
  why.className = "quiet";
  why.textContent = sheet.refused && own ? `　没有收下：${sheet.refused.sentence}` : own ? "　还没有送达" : "　请本人登录以后送达";
  item.append(link, why);
  return item;
}

async function takeAlong(device) {
  const place = document.querySelector("[data-take-along]");
  if (!place || !navigator.serviceWorker) return;
  const wanted = [...document.querySelectorAll("[data-keep]")].map((link) => link.getAttribute("href"));
  for (const page of await readAll("pages")) {
    if (page.path.endsWith("/form/") && page.until <= device.today && !wanted.includes(page.path)) {
      const needed = (await readAll("sheets")).some((sheet) => sheet.path === page.path);
      if (!needed) await remove("pages", page.path);
    }
  }
  let kept = 0;
  for (const path of [location.pathname, ...wanted]) {
    if (await keepPage(path, device.user, device.today).catch(() => false)) kept += 1;
  }
  place.querySelector("[data-count]").textContent = String(Math.max(0, kept - 1));
  place.hidden = kept < 2;
}
