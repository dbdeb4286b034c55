// Builds the front end into ../static/dist: one style sheet, one small script for every page, and those that only some pages load.
import { build } from "esbuild";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static", "dist");

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await build({
  absWorkingDir: here,
  entryPoints: {
    songhe: "styles/songhe.css",
    page: "scripts/page.js",
    charts: "scripts/charts.js",
    map: "scripts/map.js",
    leaflet: "styles/leaflet.css",
    assess: "scripts/assess/desk.js",
    assess_worker: "scripts/assess/worker.js",
  },
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: "chrome80",
  charset: "utf8",
  legalComments: "linked",
  loader: { ".png": "dataurl", ".svg": "dataurl" },
  logLevel: "warning",
});
