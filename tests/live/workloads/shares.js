// SPDX-License-Identifier: MIT
'use strict';
// What has to be divided right: optimised loops, builtins, a regular expression, garbage. Nothing is
// inlined, because V8's own profiler books that to the caller: one call has too many targets.
// Each turn is short against the time between two samples, so samples are as good as independent.
// V8's own profiler runs along until there is a file FOLDER/end, and then FOLDER/own.cpuprofile; from the
// start, because code that was compiled before it has no notes on what was inlined.
const fs = require('fs');
const path = require('path');
const inspector = require('inspector');
function large(n) {
  let sum = 0;
  for (let i = 0; i < n; i++)
    sum += Math.sqrt(i) * i % 7;
  return sum;
}
function small(n) {
  let sum = 1;
  for (let i = 1; i < n; i++)
    sum = (sum * 31 + i) % 65521;
  return sum;
}
function steps(n) {
  let x = n;
  for (let i = 0; i < 1500; i++)
    x = (x % 2 ? x * 3 + 1 : x / 2) % 100003;
  return x;
}
function sorts(n) {
  return Array.from({length: n}, (_, i) => i * 7919 % 101).sort((a, b) => a - b)[0];
}
function matches(text) {
  return /^(a+)+$/.test(text);
}
function strings(n) {
  const map = new Map();
  for (let i = 0; i < n; i++)
    map.set('k' + i, {id: i});
  return map.size;
}
const work = [large, small, steps, sorts, matches, strings];
const sizes = [3000, 6000, 27, 60, 'aaaaaaaaa!', 60];
function turn(i) {
  let total = 0;
  for (let k = 0; k < work.length; k++)
    total += work[k](sizes[k]) ? i : 1;
  return total;
}
function turns(n) {
  let total = 0;
  for (let i = 0; i < n; i++)
    total += turn(i) % 3;
  return total;
}
function run(folder) {
  const session = new inspector.Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', {interval: 1000});
  session.post('Profiler.start');
  while (!fs.existsSync(path.join(folder, 'end')))
    turns(200);
  session.post('Profiler.stop', (error, {profile}) => {
    fs.writeFileSync(path.join(folder, 'own.cpuprofile'), JSON.stringify(profile));
  });
}
globalThis.begin = () => run(process.env.FOLDER);
