// SPDX-License-Identifier: MIT
'use strict';
const subject = 'a'.repeat(22) + '!';
function match(text) {
  return /^(a+)+$/.test(text);
}
function spin() {
  let total = 0;
  for (;;)
    total += match(subject) ? 1 : 0;
}
globalThis.begin = spin;
