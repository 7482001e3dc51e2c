/** Every workflow type, by its name in Temporal. */
export { backup } from './backup.workflow';
export { deploy } from './deploy.workflow';
export { forget } from './forget.workflow';
export { examine } from './examine.workflow';
export { kept } from './kept.workflow';
export { keptLogs } from './kept-logs.workflow';
export { maintenance } from './maintenance.workflow';
export { points } from './points.workflow';
export { releaseDiff } from './release-diff.workflow';
export { releases } from './releases.workflow';
export { restore } from './restore.workflow';
export { rollback } from './rollback.workflow';
export { stack } from './stack.workflow';
export { warm } from './warm.workflow';
export { verifyPoint } from './verify-point.workflow';
export { whereabouts } from './whereabouts.workflow';
