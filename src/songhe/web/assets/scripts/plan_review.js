// The review of a plan: up and down move along the items, a letter decides about the one in focus, and its place in the text comes into view.
function light(item) {
  for (const mark of document.querySelectorAll(".read-mark.lit")) mark.classList.remove("lit");
  const marks = document.querySelectorAll(`.pane-text a[href="#${item.id}"]`);
  for (const mark of marks) mark.classList.add("lit");
  const pane = document.querySelector(".pane-text");
  if (marks.length && pane) pane.scrollTop += marks[0].getBoundingClientRect().top - pane.getBoundingClientRect().top - 80;
}

function press(item, key) {
  if (key === "a") return item.querySelector("[name=decision][value=accept]");
  if (key === "r") return item.querySelector("[name=decision][value=reject]");
  return item.querySelector("[data-edit]");
}

export function planReview() {
  const list = document.querySelector("[data-review]");
  if (!list) return;
  const items = () => [...list.querySelectorAll("[data-item]")];
  if (items().length) items()[0].tabIndex = 0;
  list.addEventListener("focusin", (event) => {
    const item = event.target.closest("[data-item]");
    if (item) light(item);
  });
  list.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#at-"]');
    if (!link) return;
    event.preventDefault();
    light(link.closest("[data-item]"));
  });
  document.querySelector(".pane-text").addEventListener("click", (event) => {
    const mark = event.target.closest('a[href^="#item-"]');
    const item = mark && document.getElementById(mark.hash.slice(1));
    if (!item) return;
    event.preventDefault();
    item.focus();
  });
  list.addEventListener("keydown", (event) => {
    if (event.target.matches("input, select, textarea") || event.ctrlKey || event.altKey || event.metaKey) return;
    const item = event.target.closest("[data-item]");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const next = items()[items().indexOf(item) + step];
      if (next) next.focus();
      event.preventDefault();
    } else if ("aer".includes(event.key.toLowerCase()) && event.key.length === 1) {
      const button = press(item, event.key.toLowerCase());
      if (button) button.click();
    }
  });
  let place = -1;
  let correcting = false;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const item = event.detail.target.closest("[data-item]");
    if (!item) return;
    place = items().indexOf(item);
    correcting = event.detail.requestConfig.verb === "get";
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (place < 0) return;
    const all = items();
    const item = all[correcting ? place : Math.min(place + (all[place].querySelector("[data-correct]") ? 0 : 1), all.length - 1)];
    place = -1;
    const field = item.querySelector("[data-correct] input:not([type=hidden])");
    (field || item).focus();
  });
}
