// SPDX-License-Identifier: MIT
'use strict';
// In a page the file itself is the worker's.
const {Worker, isMainThread} = typeof require === 'function' ? require('worker_threads') : {};
function inner(n) {
  let sum = 0;
  for (let i = 0; i < n; i++)
    sum += i % 7;
  return sum;
}
function spin() {
  let total = 0;
  for (;;)
    total += inner(1000) % 3;
}
function wait() {
  setInterval(() => {}, 1000);
  new Worker(__filename);
}
if (isMainThread)
  globalThis.begin = wait;
else
  spin();
