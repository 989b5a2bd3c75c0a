// SPDX-License-Identifier: MIT
'use strict';
const {Worker, isMainThread} = require('worker_threads');
function work(n) {
  let sum = 0;
  for (let i = 0; i < n; i++)
    sum += i % 7;
  return sum;
}
function spinInMain() {
  let total = 0;
  for (;;)
    total += work(1000) % 3;
}
function spinInWorker() {
  let total = 0;
  for (;;)
    total += work(1000) % 3;
}
function both() {
  new Worker(__filename).on('online', spinInMain);
}
if (isMainThread)
  globalThis.begin = both;
else
  spinInWorker();
