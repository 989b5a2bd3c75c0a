// SPDX-License-Identifier: MIT
'use strict';
require('v8').setFlagsFromString('--expose-gc');
const collect = require('vm').runInNewContext('gc');
const kept = Array.from({length: 100000}, (_, i) => ({id: i}));
function force(n) {
  collect();
  return kept[n % kept.length].id;
}
function spin() {
  let total = 0;
  for (let i = 0;; i++)
    total += force(i) % 3;
}
globalThis.begin = spin;
