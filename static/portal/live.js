// Live pages: the socket carries names of what changed; elements with such a name in data-live get the
// event "live", and their hx-trigger="live" fetches them again.
(() => {
  const PACE_MS = 1200;
  const state = document.getElementById("live-state");
  const due = new Set();
  const refreshed = new Map();
  let pausing = false;
  let socket = null;
  let subscribed = "";
  let attempts = 0;

  const elements = () => [...document.querySelectorAll("[data-live]")];
  const namesOf = (element) => element.dataset.live.split(/\s+/).filter(Boolean);

  // Nothing is replaced under an open popover or dialog, or under the cursor of someone typing.
  const busy = (element) => element.querySelector(":popover-open, dialog[open], details.menu[open], input:not([type=checkbox]):focus, select:focus, textarea:focus");

  // A part that is costly to fetch sets its own pace (data-pace, in ms).
  const rests = (element) => performance.now() - (refreshed.get(element.id) ?? -Infinity) < (element.dataset.pace ?? 0);

  function refresh(changed) {
    changed.forEach((element) => due.add(element));
    if (!pausing) flush();
  }

  // Then pauses, longer than any throttle in the templates: what changes meanwhile is due after the pause, not lost.
  function flush() {
    [...due].filter((element) => !busy(element) && !rests(element)).forEach((element) => {
      due.delete(element);
      refreshed.set(element.id, performance.now());
      // A part that was replaced meanwhile may have been fetched before the change: its successor is due.
      const current = element.isConnected ? element : document.getElementById(element.id);
      current?.dispatchEvent(new Event("live"));
    });
    pausing = true;
    setTimeout(() => {
      pausing = false;
      if (due.size) flush();
    }, PACE_MS);
  }

  // What was fetched just before someone opened a menu or began to type waits until they are done.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const element = event.detail.target;
    if (event.detail.requestConfig.elt !== element || element.dataset.live === undefined || !busy(element)) return;
    event.detail.shouldSwap = false;
    refresh([element]);
  });

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
      refresh(elements());
      attempts = 0;
    });
    socket.addEventListener("message", (event) => {
      const changed = new Set(JSON.parse(event.data));
      refresh(elements().filter((element) => namesOf(element).some((name) => changed.has(name))));
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
