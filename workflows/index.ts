/** Every workflow type, by its name in Temporal. */
export { backup } from './backup.workflow';
export { examine } from './examine.workflow';
export { kept } from './kept.workflow';
export { points } from './points.workflow';
export { restore } from './restore.workflow';
export { stack } from './stack.workflow';
