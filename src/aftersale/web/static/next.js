// From one ticket to the next of the list that it was opened from, for as long as this tab knows the list.
(() => {
  const LIST = "list";
  const ticket = document.querySelector("[data-next]");
  if (!ticket) {
    addEventListener("pagehide", () => {
      const found = [...document.querySelectorAll("[data-row] a[data-open]")].map((each) => each.pathname);
      if (found.length) sessionStorage.setItem(LIST, JSON.stringify(found));
    });
    return;
  }
  const list = JSON.parse(sessionStorage.getItem(LIST) || "[]"), place = list.indexOf(location.pathname);
  if (place < 0) return;
  ticket.hidden = false;
  for (const way of ticket.querySelectorAll("a")) {
    const to = list[place + Number(way.dataset.step)];
    to ? (way.href = to) : way.remove();
  }
  const count = ticket.querySelector("[data-count]");
  count.textContent = `${place + 1} / ${list.length}`;
})();
