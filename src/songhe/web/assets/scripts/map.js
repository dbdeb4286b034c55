// A map beside its list: the shapes and numbers come from a JSON block; pointing at one marks its row, and the other way round.
import L from "leaflet";

const SHADES = ["#EEF3EF", "#C9DDD1", "#97BEA9", "#5A967B", "#1F6B4F"];

function steps(values) {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  return [1, 2, 3, 4].map((fifth) => sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * fifth) / 5))]);
}

function draw(place) {
  const data = JSON.parse(document.getElementById(place.dataset.map).textContent);
  const values = data.features.map((feature) => feature.properties.value).filter((value) => typeof value === "number");
  const bounds = steps(values);
  const shade = (value) => (typeof value === "number" ? SHADES[bounds.filter((bound) => value >= bound).length] : "#FFFFFF");
  const map = L.map(place, { preferCanvas: true, zoomSnap: 0.25, attributionControl: true, scrollWheelZoom: false, zoomAnimation: false, fadeAnimation: false });
  map.attributionControl.setPrefix(false);
  if (data.note) map.attributionControl.addAttribution(data.note);
  map.zoomControl.setPosition("topright");
  const shapes = new Map();
  const rowOf = (code) => document.querySelector(`[data-area="${code}"]`);
  const mark = (code, on) => {
    const shape = shapes.get(code);
    const row = rowOf(code);
    if (shape) shape.setStyle({ weight: on ? 3 : 1, color: on ? "#B23A2B" : "#55605A" });
    if (shape && on) shape.bringToFront();
    if (row) row.classList.toggle("table-active", on);
  };
  const layer = L.geoJSON(data, {
    style: (feature) => ({ color: "#55605A", weight: 1, fillColor: shade(feature.properties.value), fillOpacity: 0.95 }),
    pointToLayer: (feature, spot) => L.circleMarker(spot, { radius: 7 }),
    onEachFeature: (feature, shape) => {
      const { code, name, shown, href } = feature.properties;
      shapes.set(code, shape);
      const label = document.createElement("span");
      label.textContent = shown ? `${name} ${shown}` : name;
      shape.bindTooltip(label, { sticky: true });
      shape.on("mouseover", () => mark(code, true));
      shape.on("mouseout", () => mark(code, false));
      if (href) shape.on("click", () => window.location.assign(href));
    },
  }).addTo(map);
  map.fitBounds(layer.getBounds(), { padding: [12, 12] });
  for (const code of shapes.keys()) {
    const row = rowOf(code);
    if (!row) continue;
    for (const start of ["mouseenter", "focusin"]) row.addEventListener(start, () => mark(code, true));
    for (const end of ["mouseleave", "focusout"]) row.addEventListener(end, () => mark(code, false));
  }
}

for (const place of document.querySelectorAll("[data-map]")) draw(place);
