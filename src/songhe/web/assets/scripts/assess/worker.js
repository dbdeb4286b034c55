// The worker of the assessors' desk (scope /assess/). Pages come from the network; without one, from the device, if they were kept there.
// SHELL (style sheet and scripts, nothing personal) and VERSION are put before this text by the server.
import { sendAll } from "./outbox.js";
import { read } from "./store.js";

const SHELL = self.SONGHE_SHELL;
const CACHE = `songhe-assess-${self.SONGHE_VERSION}`;
const PATIENCE = 6000; // ms until a network that does not answer counts as none

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(SHELL))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("songhe-assess-") && name !== CACHE);
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(old(names).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (SHELL.includes(address.pathname)) event.respondWith(shell(request));
  else if (request.mode === "navigate" && address.pathname.startsWith("/assess/")) event.respondWith(page(request, address.pathname));
});

self.addEventListener("sync", (event) => {
  if (event.tag === "songhe-assess") event.waitUntil(sendAll());
});

async function shell(request) {
  const kept = await caches.match(request);
  return kept || fetch(request);
}

async function page(request, path) {
  const kept = await read("pages", path).catch(() => undefined);
  const fresh = fetch(request);
  if (!kept) return fresh.catch(nothingKept);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, null));
  const answer = await Promise.race([fresh.catch(() => null), late]);
  return answer && answer.status < 500 ? answer : new Response(kept.html, { headers: kept.headers });
}

function nothingKept() {
  const text =
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">' +
    "<title>没有网络</title><h1>现在没有网络</h1><p>这一页没有存在这台设备上。今天上门要填的表，请从“预约”打开。</p>" +
    '<p><a href="/assess/">回到预约</a></p></html>';
  return new Response(text, {
    status: 503,
    headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "default-src 'none'; base-uri 'none'" },
  });
}
