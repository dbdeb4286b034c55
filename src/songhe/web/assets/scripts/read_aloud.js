// Reads a part of the page aloud with the voice of the device; the button appears only where there is such a voice.
const SILENT = ".no-print, .visually-hidden, script, form, button, .tag";

function sentences(element) {
  const copy = element.cloneNode(true);
  for (const part of copy.querySelectorAll(SILENT)) part.remove();
  for (const block of copy.querySelectorAll("p, li, h1, h2, h3, h4, tr, dt, dd")) block.append("。");
  return copy.textContent
    .replace(/\s+/g, " ")
    .split(/(?<=[。!?;!?;])/)
    .map((text) => text.replace(/[。\s]+$/, "").trim())
    .filter((text) => text !== "");
}

export function readAloud() {
  if (!("speechSynthesis" in window)) return;
  for (const button of document.querySelectorAll("[data-read-aloud]")) {
    const label = button.querySelector("[data-label]");
    const start = label.textContent;
    const stop = () => {
      window.speechSynthesis.cancel();
      button.setAttribute("aria-pressed", "false");
      label.textContent = start;
    };
    button.hidden = false;
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-pressed") === "true") return stop();
      window.speechSynthesis.cancel();
      button.setAttribute("aria-pressed", "true");
      label.textContent = "停止朗读";
      const texts = sentences(document.querySelector(button.dataset.readAloud));
      texts.forEach((text, place) => {
        const speech = new SpeechSynthesisUtterance(text);
        speech.lang = "zh-CN";
        speech.rate = 0.9;
        if (place === texts.length - 1) speech.onend = stop;
        window.speechSynthesis.speak(speech);
      });
    });
    window.addEventListener("pagehide", stop);
  }
}
