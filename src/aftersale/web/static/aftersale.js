// What the server cannot do: count down, move by keyboard, copy, keep drafts, draw. Pages work without it.
(() => {
  "use strict";
  const $ = (what, inside = document) => inside.querySelector(what);
  const all = (what, inside = document) => [...inside.querySelectorAll(what)];
  const MINUTE = 60_000, HOUR = 60 * MINUTE;

  const said = (zh, en) => (document.documentElement.lang === "en" ? en : zh);

  // Clocks: the server wrote the text; here it only goes on in the same words (domain/spans.py), by the time of
  // the desk and not of this machine.
  function span(length) {
    const minutes = Math.floor(length / MINUTE), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
    if (!minutes) return said("不到 1 分", "less than a minute");
    if (days >= 2) return said(`${days} 天 ${hours % 24} 小时`, `${days} d ${hours % 24} h`);
    if (hours) return said(`${hours} 小时 ${minutes % 60} 分`, `${hours} h ${minutes % 60} min`);
    return said(`${minutes} 分`, `${minutes} min`);
  }
  let ahead = new Date(document.documentElement.dataset.now) - Date.now() || 0;
  function tick() {
    const now = Date.now() + ahead;
    for (const clock of all("[data-clock]")) {
      if (clock.closest(".cleared")) continue;
      const left = new Date(clock.dateTime) - now;
      const words = span(Math.abs(left));
      clock.textContent = left < 0 ? said(`超时 ${words}`, `${words} over`) : said(`剩 ${words}`, `${words} to go`);
      clock.className = "clock clock-" + (left <= HOUR ? "red" : left <= 4 * HOUR ? "amber" : "plain");
    }
    // The hour itself, where a page shows it, in Shanghai and as long as the server wrote it.
    const hour = new Date(now + 8 * HOUR).toISOString().slice(0, 16).replace("T", " ");
    for (const shown of all("[data-hour]")) shown.textContent = hour.slice(-shown.textContent.length);
  }
  setInterval(tick, 20_000);
  document.addEventListener("htmx:afterRequest", (event) => {
    const told = event.detail.xhr?.getResponseHeader("Desk-Now");
    if (!told) return;
    ahead = new Date(told) - Date.now();
    tick();
  });

  // Words that come and go at the corner; a reader hears them.
  function toast(text) {
    const line = document.createElement("p");
    line.className = "toast";
    line.textContent = text;
    $("#said").append(line);
    setTimeout(() => line.remove(), 6_000);
  }
  setTimeout(() => all("#said .toast").forEach((line) => line.remove()), 8_000);

  // Browsers give the clipboard to pages of this machine and of TLS alone; elsewhere the old way still works.
  async function put(text) {
    try { await navigator.clipboard.writeText(text); } catch {
      const field = document.createElement("textarea");
      field.value = text; document.body.append(field); field.select();
      document.execCommand("copy"); field.remove();
    }
  }

  document.addEventListener("click", async (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const from = copy.dataset.copyFrom && $(copy.dataset.copyFrom);
      const text = copy.dataset.copy || (from ? from.value ?? from.textContent.trim() : "");
      // The button of a form goes with the form: the corner says it.
      if (copy.form) { await put(text); toast(said("已复制，粘贴发给对方", "Copied: paste and send it")); return; }
      await put(text);
      const was = copy.textContent;
      copy.textContent = said("已复制", "Copied");
      setTimeout(() => { copy.textContent = was; }, 1_500);
    }
    if (event.target.closest("[data-help]")) $("#keys").showModal();
    if (event.target.closest("[data-theme-switch]")) {
      const root = document.documentElement, dark = root.dataset.bsTheme !== "dark";
      root.dataset.bsTheme = dark ? "dark" : "light";
      localStorage.setItem("theme", dark ? "dark" : "light");
      draw();
    }
    const closing = event.target.closest("[data-close]");
    if (closing) closing.closest(closing.dataset.close)?.remove();
  });

  // Rows: one is "here". It keeps its place when a page part is swapped, and when one comes back.
  const rows = () => all("[data-row]");
  const PLACE = "here:" + location.pathname + location.search;
  let here = -1;
  function stand(list, to) {
    here = to;
    sessionStorage.setItem(PLACE, JSON.stringify([list[here].id, here]));
    list.forEach((row, number) => row.classList.toggle("here", number === here));
  }
  function go(to) {
    const list = rows();
    if (!list.length) return;
    stand(list, Math.max(0, Math.min(to, list.length - 1)));
    list[here].scrollIntoView({ block: "nearest" });
    $("[data-open]", list[here])?.focus({ preventScroll: true });
  }
  function comeBack() {
    const [moved] = performance.getEntriesByType("navigation"), [id, number] = JSON.parse(sessionStorage.getItem(PLACE) || "[]");
    if (id === undefined || !moved || moved.type === "navigate") return;
    const place = rows().findIndex((row) => row.id === id);
    go(place < 0 ? number : place);
  }
  const current = () => rows()[here] || $("[data-row].here") || $("[data-ticket]");
  // What is asked or said about a row stands under it.
  const under = (row) => (row?.nextElementSibling?.matches(".acting") ? row.nextElementSibling : null);
  // A mouse leads to a row as keys do: what it opens there takes the keys.
  document.addEventListener("click", (event) => {
    const part = event.target.closest("[data-row], tr.acting"), row = part?.matches(".acting") ? part.previousElementSibling : part;
    const list = rows(), place = list.indexOf(row);
    if (place >= 0 && place !== here) stand(list, place);
  }, true);
  // From a key to its answer: an Enter in between was meant for what is not there yet.
  let asking = 0, waits = null;
  // A key means the row that is here, else what the page as a whole offers; never another row.
  function press(key) {
    const what = `[data-key="${key}"]`, row = rows()[here], whole = all(what).find((each) => !each.closest("[data-row], .acting"));
    if (!row && !whole && rows().length && !$("[data-ticket]")) return go(0);
    const asked = under(row), open = asked && $("[data-focus]", asked);
    const button = (asked && $(what, asked)) || (row && !open && $(what, row)) || (!open && whole) || (!row && $(`.acting ${what}`));
    if (key === "a" && open && !button) return open.focus();
    if (button) { button.matches("input, select, textarea") ? (button.focus(), button.select?.()) : button.click(); return; }
    if (!row) return;
    const to = $("[data-open]", row);
    if (to && "rne".includes(key)) location.href = `${to.href}#${key}`;
    else if (key === "a") toast(said("这一步没有一键操作，Enter 打开", "No single key does this step; Enter opens it"));
  }
  // A key that was pressed on a row goes on where the row led.
  function arrive() {
    const key = location.hash.slice(1);
    if (!$("[data-ticket]") || !/^[rne]$/.test(key)) return;
    history.replaceState(history.state, "", location.pathname + location.search);
    press(key);
  }

  const KEYS = {
    KeyJ: () => (rows().length ? go(here + 1) : press("j")),
    KeyK: () => (rows().length ? go(here - 1) : press("k")),
    KeyA: () => press("a"),
    KeyR: () => press("r"),
    KeyN: () => press("n"),
    KeyE: () => press("e"),
    KeyM: () => press("m"),
    KeyL: () => press("l"),
    KeyU: () => press("u"),
    KeyD: () => press("d"),
    KeyF: () => press("f"),
    Digit1: () => press("1"),
    Digit2: () => press("2"),
    Digit3: () => press("3"),
    KeyX: () => { const box = current() && $("input[type=checkbox]", current()); box?.click(); },
    Enter: () => { const open = current() && $("[data-open]", current()); open?.click(); return Boolean(open); },
    Slash: (event) => (event.shiftKey ? $("#keys").showModal() : $(".find input")?.focus()),
  };
  const GO = { KeyQ: "queue", KeyH: "home", KeyT: "tasks", KeyR: "rules", KeyS: "settings" };
  // What stands open: under the row that is here, else what the page of a ticket asks.
  const opened = () => under(current()) || $("#acting:has([data-close])");
  function closeOpened() {
    const row = current(), close = $("[data-close]", opened());
    if (close) { close.click(); $("[data-open]", row)?.focus({ preventScroll: true }); }
  }
  let going = false;
  const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") { event.preventDefault(); return palette(); }
    if (event.code === "Enter" && Date.now() < asking) return event.preventDefault();
    if (event.code === "Escape" && opened() && !event.target.matches("textarea") && !$("dialog[open]")) return closeOpened();
    if (event.code === "Escape" && typing(event.target)) return event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || $("dialog[open]")) return;
    if (going) {
      going = false;
      const link = $(`.top nav a[href*="${GO[event.code] === "home" ? "/home" : "/" + GO[event.code]}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (event.code === "KeyG") { going = true; setTimeout(() => { going = false; }, 1_500); return; }
    if (event.code === "Enter" && event.target.closest("a, button, summary, .sure")) return;
    const act = KEYS[event.code];
    if (act) { event.preventDefault(); act(event); }
  });

  // A number pasted anywhere is looked for; the desk tries each that the text holds.
  document.addEventListener("paste", (event) => {
    if (typing(event.target)) return;
    const text = event.clipboardData.getData("text").trim(), find = $(".find");
    if (find && /\d(?:[\s\-]?\d){5,}/.test(text)) { find.q.value = text.slice(0, 500); find.submit(); }
  });

  // Files dragged onto the page or a screenshot pasted into it wait in the form of the evidence until it is sent.
  function take(files) {
    const form = $("[data-drop]"), field = form && $("input[type=file]", form);
    if (!field || !files.length) return false;
    const carried = new DataTransfer();
    [...files].forEach((file) => carried.items.add(file));
    field.files = carried.files;
    form.scrollIntoView({ block: "nearest" });
    $("button", form).focus({ preventScroll: true });
    toast(said(`放入 ${files.length} 个文件，按回车保存`, `${files.length} files are in; Enter keeps them`));
    return true;
  }
  document.addEventListener("paste", (event) => { if (take(event.clipboardData.files)) event.preventDefault(); });
  for (const what of ["dragover", "drop"]) document.addEventListener(what, (event) => {
    if (!$("[data-drop]") || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    if (what === "drop") take(event.dataTransfer.files);
  });

  // What a person typed survives a reload, until it was sent.
  const keeping = (field) => `draft:${location.pathname}:${field.dataset.keep}`;
  function restore() {
    for (const field of all("[data-keep]")) if (!field.value) field.value = sessionStorage.getItem(keeping(field)) || "";
  }
  document.addEventListener("input", (event) => {
    if (event.target.dataset.keep) sessionStorage.setItem(keeping(event.target), event.target.value);
    if (event.target.closest("[data-row]") && event.target.type === "checkbox") count();
    if (event.target.dataset.all !== undefined) { all("[data-row] input[type=checkbox]").forEach((box) => { box.checked = event.target.checked; }); count(); }
    if (event.target.dataset.whole !== undefined) count();
    if (event.target.dataset.submit !== undefined) event.target.form.requestSubmit();
  });
  // A draft goes once the desk has taken it; where it was refused, it is there again.
  const sent = (form) => all("[data-keep]", form).forEach((field) => sessionStorage.removeItem(keeping(field)));
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.detail.requestConfig.verb === "post") sent(event.detail.elt);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    // Pressed twice is meant once.
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 3_000);
    const drafts = all("[data-keep]", form).map((field) => [keeping(field), field.value]);
    sessionStorage.setItem("sent", JSON.stringify(drafts));
    sent(form);
  });
  function returned() {
    const drafts = JSON.parse(sessionStorage.getItem("sent") || "[]");
    sessionStorage.removeItem("sent");
    if ($("[data-refused]")) drafts.forEach(([key, value]) => sessionStorage.setItem(key, value));
  }
  // The bar below the queue says how many, and how much money, before anything is sent.
  function count() {
    const bar = $("[data-bulk]");
    if (!bar) return;
    const chosen = all("[data-row] input[type=checkbox]:checked"), whole = $("[data-whole]", bar), act = $("[data-do]", bar);
    bar.hidden = !chosen.length;
    const every = Boolean(whole?.checked);
    $("[data-chosen]", bar).textContent = every ? whole.dataset.whole : chosen.length;
    if (!act) return;
    const doable = chosen.filter((box) => box.dataset.doable !== undefined), fen = doable.reduce((sum, box) => sum + Number(box.dataset.fen || 0), 0);
    const yuan = "¥" + (fen / 100).toFixed(2).replace(/\B(?=(\d{3})+(?=\.))/g, ",");
    act.textContent = (every || !doable.length ? act.dataset.plain : fen ? act.dataset.pay : act.dataset.some).replace("{count}", doable.length).replace("{sum}", yuan);
  }

  // Go to: areas by name, or a number to look for.
  function palette() {
    const box = $("#palette"), field = $("[data-palette]"), list = $("ul", box);
    const offer = () => {
      const said = field.value.trim().toLowerCase();
      const links = all(".top nav a").filter((link) => link.textContent.toLowerCase().includes(said));
      const found = links.map((link) => [link.href, link.textContent]);
      // What the page of a ticket offers, by its words or its key.
      const acts = all("[data-ticket] .acts [data-key]").filter((act) => act.matches("button") && act.textContent.toLowerCase().includes(said));
      found.push(...acts.map((act) => ["#", act.textContent, act]));
      if (said.length > 1) found.push([`${$(".find").action}?q=${encodeURIComponent(said)}`, `${field.placeholder}: ${said}`]);
      list.replaceChildren(...found.map(([href, text, act]) => {
        const item = document.createElement("li"), link = document.createElement("a");
        link.href = href; link.textContent = text; item.append(link);
        if (act) link.onclick = (event) => { event.preventDefault(); box.close(); act.click(); };
        return item;
      }));
    };
    field.value = ""; field.oninput = offer; offer();
    field.onkeydown = (event) => { if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); $("a", list)?.click(); } };
    box.showModal();
  }

  // On a phone the menu and tabs are lines that are pushed sideways: the one that is shown comes into view.
  function inView() {
    for (const tab of all(".top nav [aria-current], .tabs [aria-current]")) {
      const line = tab.closest("nav, .tabs"), place = tab.getBoundingClientRect(), room = line.getBoundingClientRect();
      line.scrollLeft += place.left - room.left - (room.width - place.width) / 2;
    }
  }

  // Charts: data stand in the page as JSON beside a table that says the same.
  const charts = [];
  function draw() {
    if (!window.echarts) return;
    charts.splice(0).forEach((chart) => chart.dispose());
    const style = getComputedStyle(document.documentElement), colour = (name) => style.getPropertyValue(name).trim();
    for (const place of all("[data-chart]")) {
      const told = JSON.parse($(`#${place.dataset.chart}`).textContent);
      const chart = echarts.init(place, null, { renderer: "svg" });
      const axis = { axisLabel: { color: colour("--quiet") }, axisLine: { lineStyle: { color: colour("--line") } }, splitLine: { lineStyle: { color: colour("--line") } } };
      const lying = told.kind === "bars";
      chart.setOption({
        animation: false, aria: { enabled: true, description: told.title }, color: [colour("--accent"), colour("--amber"), colour("--green"), colour("--red")],
        grid: { left: 8, right: 16, top: told.series.length > 1 ? 32 : 12, bottom: 8, containLabel: true },
        legend: told.series.length > 1 ? { top: 0, textStyle: { color: colour("--ink") } } : undefined,
        tooltip: { trigger: "axis", confine: true },
        xAxis: lying ? { type: "value", minInterval: 1, ...axis } : { type: "category", data: told.names, ...axis },
        yAxis: lying ? { type: "category", data: told.names, inverse: true, ...axis } : { type: "value", minInterval: 1, ...axis },
        series: told.series.map((each) => ({ name: each.name, data: each.values, type: told.kind === "line" ? "line" : "bar", stack: told.stack || undefined, barMaxWidth: 22 })),
      });
      chart.on("click", (point) => { const to = (told.links || [])[point.dataIndex]; if (to) location.href = to; });
      charts.push(chart);
    }
  }
  addEventListener("resize", () => charts.forEach((chart) => chart.resize()));

  // One question a row: a second press of its key, or a double click, asks nothing more.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row || event.detail.requestConfig.triggeringEvent?.type !== "click") return;
    if (row.dataset.asking || under(row)) return event.preventDefault();
    row.dataset.asking = "";
    asking = Date.now() + 3_000;
    waits = event.detail.xhr;
  });
  // Settled parts take their keys a moment after they are there. The answer to another question leaves this one waiting.
  const answered = ({ detail: { xhr, elt } }) => setTimeout(() => {
    if (xhr === waits) asking = 0;
    delete elt?.closest("[data-row]")?.dataset.asking;
  }, 60);
  for (const what of ["afterRequest", "sendError", "responseError"]) document.addEventListener(`htmx:${what}`, answered);

  // What a person opened stays open when a part or the whole page is fetched anew, as long as the tab lives.
  const OPEN = "open:" + location.pathname;
  const unfolded = () => new Set(JSON.parse(sessionStorage.getItem(OPEN) || "[]"));
  document.addEventListener("click", (event) => {
    const box = event.target.closest("summary")?.parentElement, ids = unfolded();
    if (!box?.id) return;
    box.open ? ids.delete(box.id) : ids.add(box.id);
    sessionStorage.setItem(OPEN, JSON.stringify([...ids]));
  });
  function reopen() {
    const ids = unfolded();
    if (ids.size) for (const box of all("details[id]")) if (ids.has(box.id)) box.open = true;
  }
  for (const what of ["oobAfterSwap", "afterSettle"]) document.addEventListener(`htmx:${what}`, reopen);

  // What comes late keeps the place that it took the last time: no row moves away under a hand.
  for (const late of all("[data-late]")) late.style.minHeight = sessionStorage.getItem(`late:${late.dataset.late}`) || "";
  document.addEventListener("htmx:afterSettle", ({ target }) => {
    if (!target.dataset?.late) return;
    target.style.minHeight = "";
    sessionStorage.setItem(`late:${target.dataset.late}`, `${target.getBoundingClientRect().height}px`);
  });

  // Parts that htmx put in.
  document.addEventListener("htmx:afterSwap", () => {
    tick(); restore(); count();
    if (here >= 0) rows()[Math.min(here, rows().length - 1)]?.classList.add("here");
    for (const part of all("tr.acting .sure:not([data-stays])")) {
      part.closest("tr").previousElementSibling?.classList.toggle("cleared", part.dataset.cleared !== undefined);
    }
  });
  // A part that is fetched anew by itself stays as it is while somebody types in it.
  const changed = (field) => {
    if (field.matches("select")) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((each) => each.defaultSelected));
    return field.matches("[type=checkbox], [type=radio]") ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
  };
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const part = event.detail.target, now = document.activeElement;
    if ((part.contains(now) && typing(now)) || all("input, textarea, select", part).some(changed)) event.detail.shouldSwap = false;
  });
  // They take the keys once they have settled: before that a form would leave the desk. Only what is about the
  // row that is here takes them, and nothing takes them from somebody who types, or comes by itself.
  const empty = (field) => (field.matches("[type=checkbox], [type=radio]") ? !field.checked : !field.value);
  const wanting = (part) => all("[required]", part).find(empty) || $(".btn-primary", part);
  document.addEventListener("htmx:afterSettle", (event) => {
    // What is put below a row is told of on the row.
    const came = (event.target.matches("[data-row]") && under(event.target)) || event.target, near = came.closest?.("tr.acting, #acting"), within = [came, ...all("[data-focus]", came)];
    const field = within.find((each) => each.matches("[data-focus]:not([data-focused])")) || (near && !near.dataset.ready && wanting(near));
    const now = document.activeElement, asked = event.detail.requestConfig?.triggeringEvent;
    const free = now === document.body || (asked && !(typing(now) && !near?.contains(now)));
    if (field && free && (!near?.matches("tr") || under(current()) === near)) { field.focus(); asking = 0; }
    if (near) near.dataset.ready = "";
    within.forEach((each) => { each.dataset.focused = ""; });
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (!event.detail.xhr.responseText.includes("data-refused")) toast(said("没有成功。请刷新页面，已写的内容还在。", "That did not work. Reload the page; what you typed is kept."));
  });
  document.addEventListener("htmx:sendError", () => {
    toast(said("连不上售后台，什么都没有发出，请再试一次。", "The desk does not answer. Nothing was sent; try again."));
  });
  // A refusal is an answer for people: show it where the answer belongs.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if ([400, 403, 404, 409, 422].includes(event.detail.xhr.status) && event.detail.serverResponse.includes("data-refused")) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  // An upload says how far it is where the server tells: the page asks by itself (hx-trigger every).
  addEventListener("DOMContentLoaded", () => { returned(); tick(); restore(); count(); reopen(); inView(); draw(); comeBack(); arrive(); });
})();
