/** Every workflow type, by its name in Temporal. */
export { backup } from './backup/backup.workflow';
export { deploy } from './release/deploy.workflow';
export { forget } from './release/forget.workflow';
export { examine } from './questions/examine.workflow';
export { kept } from './restore/kept.workflow';
export { keptLogs } from './questions/kept-logs.workflow';
export { maintenance } from './maintenance/maintenance.workflow';
export { parts } from './restore/parts.workflow';
export { points } from './questions/points.workflow';
export { releaseDiff } from './questions/release-diff.workflow';
export { releases } from './questions/releases.workflow';
export { restore } from './restore/restore.workflow';
export { rollback } from './release/rollback.workflow';
export { stack } from './stack/stack.workflow';
export { warm } from './release/warm.workflow';
export { verifyPoint } from './questions/verify-point.workflow';
export { whereabouts } from './questions/whereabouts.workflow';
