// SPDX-License-Identifier: MIT
'use strict';
const text = JSON.stringify(Array.from({length: 20000}, (_, i) => ({id: i, tags: ['a', 'b']})));
function read(source) {
  return JSON.parse(source).length;
}
function spin() {
  let total = 0;
  for (;;)
    total += read(text);
}
globalThis.begin = spin;
