(function () {
  "use strict";
  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }
  var drawn = [];
  function draw(place) {
    var data = JSON.parse(place.getAttribute("data-curve"));
    var axis = {
      stroke: colour("--soft"),
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { stroke: colour("--line"), width: 1 },
      font: "12px system-ui, sans-serif"
    };
    place.style.height = "auto";
    return new uPlot({
      width: Math.max(200, place.clientWidth),
      height: 220,
      cursor: { y: false },
      scales: { x: { time: false } },
      axes: [axis, Object.assign({ size: 56 }, axis)],
      series: [
        { label: "epoch" },
        {
          label: data.name,
          stroke: colour("--after"),
          width: 2,
          points: { show: data.x.length < 40, size: 6, fill: colour("--after") },
          value: function (plot, value) { return value == null ? "–" : Number(value.toPrecision(4)); }
        }
      ]
    }, [data.x, data.y], place);
  }
  function drawAll() {
    drawn.forEach(function (plot) { plot.destroy(); });
    drawn = Array.prototype.map.call(document.querySelectorAll(".curve"), draw);
  }
  if (window.uPlot) {
    drawAll();
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
    var waiting;
    window.addEventListener("resize", function () {
      clearTimeout(waiting);
      waiting = setTimeout(drawAll, 120);
    });
  }
  document.querySelectorAll(".code").forEach(function (block) {
    var button = block.querySelector("button");
    if (!navigator.clipboard) { return; }
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(block.querySelector("pre").textContent).then(function () {
        button.textContent = "Copied";
        setTimeout(function () { button.textContent = "Copy"; }, 1500);
      });
    });
  });
})();
