import { RequestLedger } from '../../../workflows/run/request-ledger';

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 30, 18, minute)).toISOString();
const asking = (id: string, minute: number) => ({ message: 'submit', id, at: at(minute) });

describe('the memory of requests', () => {
  it('admits each once', () => {
    const ledger = new RequestLedger({ notBefore: at(0), admitted: [] });
    expect(ledger.obstacle(asking('a', 1))).toBeUndefined();
    ledger.admit(asking('a', 1));
    expect(ledger.obstacle(asking('a', 1))).toMatch(/once/);
    expect(ledger.obstacle(asking('b', 1))).toBeUndefined();
  });

  it('admits none from before it began', () => {
    const ledger = new RequestLedger({ notBefore: at(5), admitted: [] });
    expect(ledger.obstacle(asking('a', 4))).toMatch(/before/);
    expect(ledger.obstacle(asking('a', 5))).toBeUndefined();
  });

  it('goes on in the next execution, without what is too old to be sent again', () => {
    const ledger = new RequestLedger({ notBefore: at(0), admitted: [['old', at(1)]] });
    ledger.admit(asking('new', 30));
    const next = new RequestLedger(ledger.carry(at(10)));
    expect(next.obstacle(asking('new', 30))).toMatch(/once/);
    expect(ledger.carry(at(10)).admitted).toEqual([['new', at(30)]]);
  });

  it('refuses what it had to forget, when there was too much of it', () => {
    const ledger = new RequestLedger({ notBefore: at(0), admitted: [] });
    for (let number = 0; number < 1_500; number += 1) {
      ledger.admit(asking(`r${number}`, number));
    }
    const memory = ledger.carry(at(0));
    expect(memory.admitted).toHaveLength(1_000);
    const next = new RequestLedger(memory);
    for (const number of [0, 499, 500, 1_499]) {
      expect(next.obstacle(asking(`r${number}`, number))).toBeDefined();
    }
    expect(next.obstacle(asking('later', 600))).toBeUndefined();
  });
});
