// Draws the charts of the language that is shown, and changes language without a network.
const figures = JSON.parse(document.getElementById("figures").textContent);
const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
const line = dark ? "#39434d" : "#dfe4e8";
const ink = dark ? "#e8edf2" : "#16212b";

function draw(article) {
  for (const place of article.querySelectorAll(".chart:not([data-drawn])")) {
    place.dataset.drawn = "yes";
    const { data, layout } = figures[place.id];
    Object.assign(layout, { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" });
    for (const name of Object.keys(layout).filter((key) => /^[xy]axis/.test(key))) {
      Object.assign(layout[name], { gridcolor: line, linecolor: line });
    }
    layout.font = { family: getComputedStyle(document.body).fontFamily, color: ink };
    Plotly.newPlot(place, data, layout, { displaylogo: false, responsive: true });
  }
}

function show(language) {
  for (const article of document.querySelectorAll("article")) {
    article.hidden = article.lang !== language;
    if (!article.hidden) {
      document.documentElement.lang = language;
      document.title = article.dataset.title;
      draw(article);
    }
  }
}

for (const button of document.querySelectorAll("button[data-language]")) {
  button.addEventListener("click", () => show(button.dataset.language));
}
for (const button of document.querySelectorAll("button[data-print]")) {
  button.addEventListener("click", () => window.print());
}
const wished = window.location.hash.slice(1) || document.documentElement.lang;
const first = document.querySelector("article").lang;
show(document.querySelector(`article[lang="${CSS.escape(wished)}"]`) ? wished : first);
if (window.location.protocol === "about:") {
  // Shown in a frame of the dashboard, where a link to a place in this page would load the dashboard itself.
  for (const link of document.querySelectorAll('a[href^="#"]')) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      document.getElementById(link.hash.slice(1)).scrollIntoView();
    });
  }
}
