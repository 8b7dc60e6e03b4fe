/**
 * What an answer to a client promises. `sync`: the data survives a power failure, every file is flushed to
 * the disk first. `fast`: the data survives the end of the process, but not of the machine.
 */
export type Durability = 'sync' | 'fast';
