// Up and down move along a work list; when a row has been dealt with, the next row takes the focus.
function entries(list) {
  return [...list.querySelectorAll(":scope > li .title a")];
}

export function workLists() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const list = event.target.closest(".work-list");
    if (!list || event.target.matches("input, select, textarea")) return;
    const all = entries(list);
    const row = event.target.closest("li");
    const here = all.findIndex((link) => row.contains(link));
    const next = all[here + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });

  let waiting = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const row = event.detail.target.closest(".work-list > li");
    if (row) waiting = { list: row.parentElement, place: [...row.parentElement.children].indexOf(row) };
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (!waiting) return;
    const { list, place } = waiting;
    waiting = null;
    const all = entries(list);
    const next = all[Math.min(place, all.length - 1)];
    if (next) next.focus();
  });
}
