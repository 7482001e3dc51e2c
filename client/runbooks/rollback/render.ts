export { renderReleased as renderOutcome } from '../../render/release-outcome';
export { rollbackLines as planLines } from '../../render/release-plan';
