// A Jest sequencer that begins with the folders whose suites take minutes, so that none of them is left alone at the end
// while the other workers have nothing to do. On a fresh machine Jest knows sizes of files only.
'use strict';

const { default: Sequencer } = require('@jest/test-sequencer');

const LONG_ONES = ['/test/chaos/', '/test/runbooks/'];

class LongestFirst extends Sequencer {
  sort(tests) {
    const place = ({ path }) => {
      const at = LONG_ONES.findIndex((folder) => path.includes(folder));
      return at < 0 ? LONG_ONES.length : at;
    };
    return super.sort(tests).toSorted((a, b) => place(a) - place(b));
  }
}

module.exports = LongestFirst;
