const OLDEST = [20, 19];

/** Whether this Node.js is new enough; says so if not. */
export function checkNodeVersion() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) {
    return true;
  }
  console.error(`Pay Log Aggregator needs Node.js ${OLDEST.join('.')} or later; this is ${process.versions.node}.`);
  return false;
}
