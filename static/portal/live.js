// Live pages: the socket carries names of what changed; elements with such a name in data-live get the
// event "live", and their hx-trigger="live" fetches them again.
(() => {
  const PACE_MS = 1200;
  const SLOW_MS = 1500;
  const state = document.getElementById("live-state");
  const due = new WeakMap();
  let socket = null;
  let subscribed = "";
  let attempts = 0;

  const elements = () => [...document.querySelectorAll("[data-live]")];
  const namesOf = (element) => element.dataset.live.split(/\s+/).filter(Boolean);

  // At most one event per element and pace, never losing the last one; nothing is replaced under an open
  // popover or dialog or under the cursor of someone typing.
  function refresh(element, wait = 0) {
    if (due.has(element)) return void due.set(element, true);
    due.set(element, false);
    setTimeout(() => {
      if (element.isConnected && busy(element)) return due.delete(element), refresh(element, PACE_MS);
      element.dispatchEvent(new Event("live"));
      setTimeout(() => {
        const again = due.get(element);
        due.delete(element);
        if (again && element.isConnected) refresh(element);
      }, PACE_MS);
    }, wait);
  }

  const busy = (element) => element.querySelector(":popover-open, dialog[open], input:focus, select:focus, textarea:focus");

  function subscribe() {
    const names = JSON.stringify([...new Set(elements().flatMap(namesOf))].sort());
    if (socket?.readyState !== WebSocket.OPEN || names === subscribed) return;
    subscribed = names;
    socket.send(names);
  }

  function show(online) {
    state.dataset.state = online ? "live" : "lost";
    state.textContent = online ? state.dataset.liveText : state.dataset.lostText;
  }

  function connect() {
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live/`);
    socket.addEventListener("open", () => {
      subscribed = "";
      subscribe();
      show(true);
      // What changed between the page's answer and this moment nobody told us.
      if (attempts || performance.now() > SLOW_MS) elements().forEach((element) => refresh(element));
      attempts = 0;
    });
    socket.addEventListener("message", (event) => {
      const changed = new Set(JSON.parse(event.data));
      elements().filter((element) => namesOf(element).some((name) => changed.has(name))).forEach((element) => refresh(element));
    });
    socket.addEventListener("close", () => {
      show(false);
      attempts += 1;
      setTimeout(connect, Math.min(30000, 500 * 2 ** attempts) * (0.5 + Math.random() / 2));
    });
  }

  if (!state) return;
  connect();
  document.addEventListener("htmx:afterSettle", subscribe);
})();
