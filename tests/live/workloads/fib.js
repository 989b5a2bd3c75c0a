// SPDX-License-Identifier: MIT
'use strict';
function fib(n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}
function spin() {
  let total = 0;
  for (;;)
    total += fib(24) % 3;
}
globalThis.begin = spin;
