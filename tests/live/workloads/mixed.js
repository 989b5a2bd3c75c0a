// SPDX-License-Identifier: MIT
'use strict';
class Shape {
  constructor(n) {
    this.n = n;
    this.sum = countTo(n);
  }
  get area() {
    return countTo(this.n) + this.sum;
  }
  scale(by) {
    return [1, 2, 3].map((x) => countTo(x * by * this.n));
  }
}
const twice = (shape) => {
  return shape.area + shape.scale(2).length;
};
const byRest = function (a, b) {
  return countTo(20) % 2 || a % 503 - b % 503;
};
function countTo(n) {
  let sum = 0;
  for (let i = 0; i < n; i++)
    sum += i * i % 7;
  return sum;
}
function sorted(n) {
  return Array.from({length: n}, (_, i) => i * 7919).sort(byRest)[0];
}
function words(n) {
  return 'one two three '.repeat(n).split(' ').filter((w) => w.length > 3).join('-').length;
}
function table(n) {
  const map = new Map();
  for (let i = 0; i < n; i++)
    map.set('k' + i, countTo(i));
  return map.size;
}
function spin() {
  let total = 0;
  for (;;) {
    total += twice(new Shape(50)) % 3;
    total += sorted(300) % 3;
    total += words(200) % 3;
    total += table(100) % 3;
  }
}
globalThis.begin = spin;
