import { AdapterError } from '../../../../ports/adapter-error';

/**
 * Waits for a server's answer. One that accepts the question and stays silent is given up, and its connection with it.
 * Units:  seconds; as long as it takes when undefined
 * Throws: ServiceUnavailable (no answer in time) · as `ask`
 */
export async function answeredWithin<Answer>(
  { place, seconds }: { readonly place: string; readonly seconds: number | undefined },
  ask: () => Promise<Answer>,
  giveUp: () => void,
): Promise<Answer> {
  if (seconds === undefined) return ask();
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(unanswered(place, seconds));
      giveUp();
    }, seconds * 1000);
  });
  try {
    return await Promise.race([ask(), silence]);
  } finally {
    clearTimeout(timer);
  }
}

function unanswered(place: string, seconds: number): AdapterError {
  return new AdapterError(
    'ServiceUnavailable',
    `${place} has accepted the question and not answered for ${seconds} s`,
    {
      advice: 'Does it answer `psql`? Somebody may hold a lock on its catalogue, or its disk hang.',
    },
  );
}
