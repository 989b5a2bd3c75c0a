// SPDX-License-Identifier: MIT
'use strict';
// A counted loop: every 10 ms a line of "microseconds count processor" to FOLDER/counts, the last in
// microseconds too. While there is a file FOLDER/prof, V8's own profiler runs along, and then
// FOLDER/own.cpuprofile has what it saw.
const fs = require('fs');
const path = require('path');
const {Session} = require('inspector');
const folder = process.env.FOLDER;
function work(n) {
  let sum = 0;
  for (let i = 0; i < n; i++)
    sum = (sum * 31 + i) % 65521;
  return sum;
}
function now() {
  return Number(process.hrtime.bigint() / 1000n);
}
function run() {
  const session = new Session();
  const counts = fs.openSync(path.join(folder, 'counts'), 'w');
  let count = 0, own = false, next = 0;
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', {interval: 1000});
  for (;;) {
    count += work(2000) < 65521 ? 1 : 0;
    if (count % 100 || now() < next)
      continue;
    next = now() + 10000;
    const used = process.cpuUsage();
    fs.writeSync(counts, `${now()} ${count} ${used.user + used.system}\n`);
    const wanted = fs.existsSync(path.join(folder, 'prof'));
    if (wanted && !own)
      session.post('Profiler.start');
    if (!wanted && own)
      session.post('Profiler.stop', (error, {profile}) =>
        fs.writeFileSync(path.join(folder, 'own.cpuprofile'), JSON.stringify(profile)));
    own = wanted;
  }
}
run();
