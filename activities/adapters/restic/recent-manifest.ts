import type { Manifest } from '../../../workflows/model/recovery-point';

const KEPT_SECONDS = 15 * 60;
/** Of all parts together, such as tables: about 20 MB. A longer one is read again each time. */
const MOST_CONTENTS = 100_000;

/**
 * The manifest that this process has read last: a restore asks for it before each part and behind it, and opening the
 * repository takes half a second of CPU each time. It may hold secrets, and be large: it is not kept for long.
 */
export class RecentManifest {
  private kept: { readonly key: string; readonly manifest: Manifest } | undefined;
  private timer: NodeJS.Timeout | undefined;

  keep(url: string, pointId: string, manifest: Manifest): Manifest {
    const contents = manifest.parts.reduce((sum, { facts }) => sum + facts.contents.length, 0);
    if (contents > MOST_CONTENTS) return manifest;
    this.kept = { key: keyOf(url, pointId), manifest };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.kept = undefined), KEPT_SECONDS * 1000).unref();
    return manifest;
  }

  recall(url: string, pointId: string): Manifest | undefined {
    return this.kept?.key === keyOf(url, pointId) ? this.kept.manifest : undefined;
  }
}

function keyOf(url: string, pointId: string): string {
  return JSON.stringify([url, pointId]);
}
