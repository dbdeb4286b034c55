// Charts: each `[data-chart]` names a JSON block that holds plain series; the table beside it holds the same numbers.
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

echarts.use([BarChart, LineChart, GridComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

const HUES = ["#1F6B4F", "#9A6700", "#3B6EA5", "#B23A2B", "#6C5B8C"]; // told apart with every common colour weakness

function options(data, size) {
  const grouped = new Intl.NumberFormat("zh-CN");
  const names = { type: "category", data: data.labels, axisTick: { show: false }, axisLabel: { color: "#55605A", fontSize: size, hideOverlap: true }, axisLine: { lineStyle: { color: "#7C8781" } } };
  const values = { type: "value", min: (range) => Math.min(0, range.min), name: data.unit, nameTextStyle: { color: "#55605A", fontSize: size }, axisLabel: { color: "#55605A", fontSize: size, formatter: (value) => grouped.format(value) }, splitLine: { lineStyle: { color: "#ECEEE9" } } };
  return {
    animation: false,
    color: HUES,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: "#1E2723" },
    grid: { left: 8, right: data.sideways ? 72 : 56, top: 36, bottom: 8, containLabel: true },
    tooltip: { trigger: "axis", renderMode: "richText", textStyle: { fontSize: size }, valueFormatter: (value) => `${grouped.format(value)} ${data.unit}` },
    xAxis: data.sideways ? values : names,
    yAxis: data.sideways ? { ...names, inverse: true } : values,
    series: data.series.map((series) => ({
      name: series.name,
      type: data.kind,
      data: series.values,
      barMaxWidth: 26,
      symbolSize: 6,
      label: { show: data.kind === "bar" && data.labels.length <= 20, position: data.sideways ? "right" : "top", color: "#1E2723", fontSize: size, formatter: (point) => grouped.format(point.value) },
      endLabel: { show: data.kind === "line", formatter: "{a}", color: "#1E2723", fontSize: size },
      markLine: data.target === null || data.target === undefined ? undefined : { symbol: "none", silent: true, lineStyle: { color: "#B23A2B", type: "dashed" }, label: { formatter: `目标 ${grouped.format(data.target)}`, color: "#B23A2B", fontSize: size }, data: [data.sideways ? { xAxis: data.target } : { yAxis: data.target }] },
    })),
  };
}

for (const place of document.querySelectorAll("[data-chart]")) {
  const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const size = Math.round(parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.85);
  const chart = echarts.init(place, null, { renderer: "svg" });
  chart.setOption(options(data, size));
  window.addEventListener("resize", () => chart.resize());
}
