// Starts what the assessors' desk does on a device. Without it every page still reads and every form still sends.
import { sheetPage } from "./sheet.js";
import { visitsPage } from "./visits.js";

function start() {
  const place = document.querySelector("[data-device]");
  if (!place || !("indexedDB" in window)) return;
  const device = { user: place.dataset.user, today: place.dataset.today };
  if (navigator.serviceWorker) navigator.serviceWorker.register(place.dataset.worker, { scope: "/assess/" }).catch(() => {});
  else for (const line of document.querySelectorAll("[data-no-worker]")) line.hidden = false;
  visitsPage(device).catch(() => {});
  sheetPage(device);
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
