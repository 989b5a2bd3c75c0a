// SPDX-License-Identifier: MIT
'use strict';
let total = 0;
function work(n) {
  let sum = 0;
  for (let i = 0; i < n; i++)
    sum += i % 7;
  return sum;
}
function step() {
  total += work(200) % 3;
  Promise.resolve().then(step);
}
globalThis.begin = step;
