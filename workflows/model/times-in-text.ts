const ISO_8601_UTC = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z\b/g;

/** What workflows and steps say has its times in ISO 8601 (UTC): each as `asShown` has it. */
export function showTimes(text: string, asShown: (iso: string) => string): string {
  return text.replace(ISO_8601_UTC, asShown);
}
