import { showClients } from './clients-panel.js';
import { byId } from './dom.js';
import { visible } from './format.js';
import { showServers } from './servers-panel.js';
import { control } from './service.js';
import { showVolumes } from './volumes-panel.js';

/** How often is looked at the cluster, in milliseconds. */
const period = 1000;

/**
 * @typedef {{ index: number, address: string, running: boolean, leads: boolean }} MdsState
 * @typedef {{ id: number, address: string, running: boolean, copysets: number, leaders: number, chunks: number }} Chunkserver
 * @typedef {{ path: string, owner: string, length: number, segmentSize: number, segments: number, allocatedCount: number, allocated: { index: number, usable: boolean }[], clients: number }} Volume
 * @typedef {{ address: string, version: string, volumes: string[] }} Client
 * @typedef {{ clusterId: string, mds: MdsState[], chunkservers: Chunkserver[], copysets: { total: number, withoutLeader: number }, volumeCount: number, volumes: Volume[], clients: Client[] }} Overview
 */

/** What each panel shows now: what is unchanged stays, and with it what somebody selected. */
const shown = new Map();

/** Shows what there is and how it is doing, as long as the page is there. */
export async function watchCluster() {
  for (;;) {
    if (!document.hidden) await showCluster();
    await new Promise(resolve => setTimeout(resolve, period));
  }
}

async function showCluster() {
  /** @type {Overview | undefined} */
  const all = await control('overview').catch(() => undefined);
  if (!all) return;
  byId('address').textContent = `${visible(location.host)}, cluster ${all.clusterId}`;
  const { mds, chunkservers, copysets, volumes, volumeCount, clients } = all;
  update('servers', { mds, chunkservers, copysets }, showServers);
  update('volumes', { volumes, volumeCount }, showVolumes);
  update('clients', clients, showClients);
}

/**
 * @template T
 * @param {string} panel
 * @param {T} value
 * @param {(value: T) => void} show
 */
function update(panel, value, show) {
  const text = JSON.stringify(value);
  if (shown.get(panel) === text) return;
  shown.set(panel, text);
  show(value);
}
