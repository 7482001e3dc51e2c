export { renderReleased as renderOutcome } from '../../render/release-outcome';
export { deployLines as planLines } from '../../render/release-plan';
