// SPDX-License-Identifier: MIT
'use strict';
const kept = [];
function node(i) {
  return {id: i, list: [i, i + 1], text: 'n' + i};
}
function churn(n) {
  for (let i = 0; i < n; i++)
    kept[i % 20000] = node(i);
  return kept.length;
}
function spin() {
  let total = 0;
  for (;;)
    total += churn(50000) % 3;
}
globalThis.begin = spin;
