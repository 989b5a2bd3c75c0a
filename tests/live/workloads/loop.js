// SPDX-License-Identifier: MIT
'use strict';
function inner(n) {
  let sum = 0;
  for (let i = 0; i < n; i++)
    sum += Math.sqrt(i) * i % 7;
  return sum;
}
function middle(x) {
  return inner(1000) + x;
}
function spin() {
  let total = 0;
  for (;;)
    total += middle(total) % 3;
}
globalThis.begin = spin;
