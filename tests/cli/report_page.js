// Gives what is wrong with a page of `bench report` as it is drawn in this width, a few words each.
(width) => {
  const problems = [];
  const rect = (of) => of.getBoundingClientRect();
  const short = (text) => JSON.stringify(text.trim().slice(0, 40));

  // What is in a box that scrolls is not looked for on the page.
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest("title") || !parent.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const rects = [...range.getClientRects()].filter((each) => each.width > 0 && each.height > 0);
    texts.push({text: node.data, parent, rects, scrolls: parent.closest(".scroll") !== null});
  }

  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = colour.map((part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const [r, g, b, alpha = 1] = numbers(getComputedStyle(element).backgroundColor);
      if (alpha > 0) return alpha === 1 ? [r, g, b] : null;
    }
    return [255, 255, 255];
  };

  const paper = luminance(numbers(getComputedStyle(document.body).backgroundColor).slice(0, 3));
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  if (isDark ? paper > 0.05 : paper < 0.8) problems.push(`background: luminance ${paper}`);
  // A phone makes its window wider with what does not fit.
  const needed = Math.max(document.documentElement.scrollWidth, document.documentElement.clientWidth);
  if (needed > width) problems.push(`sideways: ${needed} of ${width}`);

  for (const {text, parent, rects, scrolls} of texts) {
    const style = getComputedStyle(parent);
    const ink = numbers(parent.namespaceURI.endsWith("svg") ? style.fill : style.color);
    const under = behind(parent);
    const [low, high] = under ? [luminance(ink.slice(0, 3)), luminance(under)].sort((a, b) => a - b) : [0, 0];
    if ((high + 0.05) / (low + 0.05) < 4.5 || (ink[3] ?? 1) !== 1) problems.push(`contrast: ${short(text)}`);
    if (parseFloat(style.fontSize) < 12 || parent.closest("svg[viewBox]")) problems.push(`small: ${short(text)}`);
    const box = parent.closest("figure, table, main");
    for (const each of rects) {
      const around = rect(box);
      if (!scrolls && (each.left < around.left || each.right > around.right + 0.5)) problems.push(`cut off: ${short(text)}`);
    }
  }
  for (const element of document.querySelectorAll("main *")) {
    if (element.closest("svg") || element.matches(".scroll")) continue;
    if (getComputedStyle(element).overflowX !== "visible" && element.scrollWidth > element.clientWidth)
      problems.push(`cut off: ${short(element.textContent)}`);
  }

  for (const figure of document.querySelectorAll("figure")) {
    const all = texts.filter((each) => !each.scrolls && figure.contains(each.parent))
        .flatMap((each) => each.rects.map((place) => ({...each, place})));
    for (let i = 0; i < all.length; ++i) {
      for (let j = i + 1; j < all.length; ++j) {
        const [a, b] = [all[i].place, all[j].place];
        if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2)
          problems.push(`overlap: ${short(all[i].text)} and ${short(all[j].text)}`);
      }
    }
  }

  const charts = document.querySelectorAll("svg.chart, svg.bar, svg.range");
  if (charts.length === 0) problems.push("no plot");
  for (const chart of charts) {
    const around = rect(chart);
    const name = chart.closest("figure").querySelector("figcaption").textContent;
    if (around.width < 150 || around.height < (chart.matches(".chart") ? 150 : 10)) problems.push(`no size: ${name}`);
    const drawn = [...chart.querySelectorAll("path.line, path.mark, rect.bar, line.line, path.percentile, path.band")];
    if (drawn.length === 0) problems.push(`empty: ${name}`);
    for (const each of drawn) {
      const place = rect(each);
      if (place.width + place.height === 0) problems.push(`empty: ${name}`);
      const over = Math.max(around.left - place.left, place.right - around.right, around.top - place.top, place.bottom - around.bottom);
      if (!(over <= 8)) problems.push(`outside: ${name}`);
    }
  }
  return problems;
}
