// What every page may use. Nothing here is needed to read a page or to send a form.
import { planReview } from "./plan_review.js";
import { readAloud } from "./read_aloud.js";
import { workLists } from "./work_list.js";

document.documentElement.classList.add("scripted");

function onReady() {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  for (const field of document.querySelectorAll("[data-submit-on-change]")) {
    field.addEventListener("change", () => field.form.submit());
  }
  readAloud();
  workLists();
  planReview();
  focusFirstError();
  openTarget();
}

// An address that names something folded opens it.
function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  target.scrollIntoView();
}
window.addEventListener("hashchange", openTarget);

function focusFirstError() {
  const summary = document.querySelector(".error-summary");
  if (summary) summary.focus();
}

// Paper shows the reasons that are folded on the screen; of a folded list it shows the lines, as the screen does.
let opened = [];
window.addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("main details:not([open])")].filter((fold) => !fold.closest(".fold-list"));
  for (const fold of opened) fold.open = true;
});
window.addEventListener("afterprint", () => {
  for (const fold of opened) fold.open = false;
  opened = [];
});

// Menus close when the work goes on elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented || "again" in form.dataset) return; // a form of many buttons stays open
  if (form.dataset.sent) event.preventDefault();
  else form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A part that could not be fetched says so in its own place.
document.addEventListener("htmx:responseError", (event) => failed(event, `编号 ${event.detail.xhr.status}`));
document.addEventListener("htmx:sendError", (event) => failed(event, "网络没有连上"));
function failed(event, why) {
  const sentence = document.querySelector("[data-live]");
  if (sentence) sentence.textContent = `这一步没有成功(${why})。您填的内容还在，请再试一次。`;
  const form = event.target.closest("form");
  if (form) delete form.dataset.sent;
}
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("form");
  if (form) delete form.dataset.sent;
});

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", onReady);
else onReady();
