import { type Copyset, peerAddress, type Topology } from '../cluster/topology.js';

/** What braft tells of the copysets of a chunkserver, one block each (cluster 4). */
export function raftStat(id: number, topology: Topology): string {
  const held = topology.heldBy(id);
  return held.map(copyset => `${block(id, topology, copyset)}\r\n`).join('');
}

function block(id: number, topology: Topology, copyset: Copyset): string {
  const { poolId, members, leader, appliedIndex: index } = copyset;
  const address = (member: number) => {
    const found = topology.chunkserver(member);
    return found ? peerAddress(found) : '0.0.0.0:0:0';
  };
  const leads = leader === id;
  const timers = [
    'changing_conf: NO    stage: STAGE_NONE',
    'election_timer: timeout(1000ms) STOPPED',
    'vote_timer: timeout(2000ms) STOPPED',
    'stepdown_timer: timeout(1000ms) SCHEDULING(in 500ms)',
  ];
  const following = [
    `leader: ${leader === undefined ? '0.0.0.0:0:0' : address(leader)}`,
    'last_msg_to_now: 10',
    'election_timer: timeout(1000ms) SCHEDULING(in 500ms)',
    'vote_timer: timeout(2000ms) STOPPED',
    'stepdown_timer: timeout(1000ms) STOPPED',
  ];
  const lines = [
    `[${(BigInt(poolId) << 32n) + BigInt(copyset.id)}]\r\n`,
    `peer_id: ${address(id)}\r\n`,
    `state: ${leads ? 'LEADER' : 'FOLLOWER'}\r\n`,
    'readonly: 0\r\nterm: 1\r\nconf_index: 1\r\n',
    `peers: ${members.map(address).join(' ')}\r\n`,
    ...(leads ? timers : following).map(line => `${line}\r\n`),
    'snapshot_timer: timeout(60000ms) SCHEDULING(in 30000ms)\r\n',
    // These end in LF alone, as braft's do.
    `storage: [1, ${index}]\ndisk_index: ${index}\nknown_applied_index: ${index}\n`,
    `last_log_id: (index=${index},term=1)\nstate_machine: Idle\n`,
    `last_committed_index: ${index}\r\nlast_snapshot_index: 0\r\nlast_snapshot_term: 0\r\nsnapshot_status: IDLE\r\n`,
    ...(leads ? members.filter(member => member !== id) : []).map(
      member =>
        `replicator_${member}@${address(member)}: next_index=${index + 1n}  flying_append_entries_size=0 idle hc=0 ac=0 ic=0\r\n`,
    ),
  ];
  return lines.join('');
}
