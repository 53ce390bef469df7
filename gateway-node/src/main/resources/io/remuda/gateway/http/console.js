'use strict';
// Everything from the fleet is shown as text, never as markup.
const COLUMNS = {
  deployments: ['name', 'phase', 'ready', 'replicas', 'engine', 'reason'],
  instances: ['model', 'instance', 'machine', 'engine', 'phase', 'inFlight', 'slots', 'restarts'],
  machines: ['machine', 'hostName', 'reachable', 'cordoned', 'memoryReservedMiB', 'memoryTotalMiB'],
};
const input = document.querySelector('#key input');

function headers() {
  return input.value ? { Authorization: 'Bearer ' + input.value } : {};
}

function show(name, rows) {
  const table = document.getElementById(name);
  const cell = (tag, text) => {
    const element = document.createElement(tag);
    element.textContent = text === null || text === undefined ? '' : String(text);
    return element;
  };
  const line = (tag, values) => {
    const row = document.createElement('tr');
    values.forEach((value) => row.append(cell(tag, value)));
    return row;
  };
  const columns = COLUMNS[name];
  table.replaceChildren(
    line('th', columns),
    ...rows.map((row) => line('td', columns.map((column) => row[column]))));
}

async function refresh() {
  let state = 'as of ' + new Date().toLocaleTimeString();
  for (const name of Object.keys(COLUMNS)) {
    try {
      const answer = await fetch('/v1/' + name, { headers: headers() });
      document.getElementById('key').hidden = answer.status !== 401 && !input.value;
      const body = await answer.json();
      if (answer.ok) {
        show(name, body.data);
      } else {
        state = body.error.message;
      }
    } catch (failure) {
      state = 'the gateway does not answer';
    }
  }
  document.getElementById('state').textContent = state;
  setTimeout(refresh, 2000);
}
refresh();
