// SPDX-License-Identifier: MIT
'use strict';
function leaf(n) {
  let sum = 0;
  for (let i = 0; i < n; i++)
    sum += i % 7;
  return sum;
}
function deep(n) {
  if (n === 0)
    return leaf(30000);
  return deep(n - 1) + 1;
}
function spin() {
  let total = 0;
  for (;;)
    total += deep(200) % 3;
}
globalThis.begin = spin;
