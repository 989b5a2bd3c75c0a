// SPDX-License-Identifier: MIT
'use strict';
function work(n) {
  let sum = 0;
  for (let i = 0; i < n; i++)
    sum += i % 7;
  return sum;
}
async function spin() {
  let total = 0;
  for (;;) {
    await null;
    total += work(200) % 3;
  }
}
globalThis.begin = spin;
