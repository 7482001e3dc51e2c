import { chooseCurrent } from '../../../worker/builds/choose-current';

const host = (name: string, buildId: string) => ({ host: name, buildId });

describe('the build under which runs begin', () => {
  it('is that of the only host, on a server that knows none', () => {
    const hosts = [host('one', 'a')];
    expect(chooseCurrent({ current: undefined, hosts, known: [] })).toBe('a');
  });

  it('is no other while there is no host', () => {
    expect(chooseCurrent({ current: 'a', hosts: [], known: ['a'] })).toBeUndefined();
  });

  it('stays while one host is not upgraded yet', () => {
    const hosts = [host('one', 'b'), host('two', 'a')];
    expect(chooseCurrent({ current: 'a', hosts, known: ['a', 'b'] })).toBe('a');
  });

  it('is the next when the last host is upgraded, and the older of two next ones', () => {
    const both = [host('one', 'b'), host('two', 'b')];
    expect(chooseCurrent({ current: 'a', hosts: both, known: ['a', 'b'] })).toBe('b');
    const apart = [host('one', 'c'), host('two', 'b')];
    expect(chooseCurrent({ current: 'a', hosts: apart, known: ['a', 'b', 'c'] })).toBe('b');
  });

  it('does not go back when a host returns that slept through an upgrade', () => {
    const hosts = [host('one', 'b'), host('two', 'a')];
    expect(chooseCurrent({ current: 'b', hosts, known: ['a', 'b'] })).toBe('b');
  });

  it('goes back when all hosts were taken back', () => {
    const hosts = [host('one', 'a')];
    expect(chooseCurrent({ current: 'b', hosts, known: ['a', 'b'] })).toBe('a');
  });

  it('is a build that the server has not seen where there is no other', () => {
    const hosts = [host('one', 'c')];
    expect(chooseCurrent({ current: 'b', hosts, known: ['a', 'b'] })).toBe('c');
  });
});
