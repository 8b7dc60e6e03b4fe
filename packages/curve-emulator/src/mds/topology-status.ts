/** The status codes of the topology (cluster 2). */
export const TopologyStatus = {
  success: 0,
  invalidParam: -2,
  chunkserverNotFound: -6,
  serverNotFound: -7,
  zoneNotFound: -8,
  physicalPoolNotFound: -9,
  logicalPoolNotFound: -10,
  copysetNotFound: -11,
  poolsetNotFound: -20,
} as const;
