import { byId, element } from './dom.js';
import { visible } from './format.js';

/** @param {import('./overview.js').Client[]} clients */
export function showClients(clients) {
  byId('client-list').replaceChildren(...clients.map(describe));
}

/** @param {import('./overview.js').Client} client */
function describe({ address, version, volumes }) {
  // One that has not registered says no port.
  const where = address.endsWith(':0') ? `${address.slice(0, -2)}, not registered` : address;
  const says = version === '' ? '' : `, version ${visible(version)}`;
  return element(
    'li',
    {},
    element('strong', {}, visible(where)),
    `${says}: `,
    element('span', { className: 'name' }, volumes.map(visible).join(', ')),
  );
}
