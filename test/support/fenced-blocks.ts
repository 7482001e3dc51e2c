/** A block of a Markdown page between fences. */
export interface FencedBlock {
  /** `console`, `yaml`. */
  readonly language: string;
  readonly text: string;
}

/** In the order of the page. */
export function fencedBlocks(page: string): readonly FencedBlock[] {
  return [...page.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    language,
    text,
  }));
}

/** What a reader types of a `console` block: its lines after `$ `, without the prompt. */
export function typedCommands({ language, text }: FencedBlock): readonly string[] {
  if (language !== 'console') return [];
  return text
    .split('\n')
    .filter((line) => line.startsWith('$ '))
    .map((line) => line.slice('$ '.length));
}
