// SPDX-License-Identifier: MIT
'use strict';
// Ways to call and to be called. All time is spent in burn(), whose callers V8 itself writes down first.
const truth = {};
let learning = true;
let serial = 0;
function burn(tag) {
  if (learning) {
    truth[tag + serial++] = new Error(tag).stack;
    return 0;
  }
  let sum = 0;
  for (let i = 0; i < 30000; i++)
    sum += i * i % 7;
  return sum;
}
class Base {
  constructor(tag) {
    this.sum = burn(tag);
  }
  inherited() {
    return burn('inherited');
  }
}
class Shape extends Base {
  constructor() {
    super('constructor');
  }
  method() {
    return 1 +
        burn('method');
  }
  get area() {
    return burn('getter');
  }
  set area(value) {
    this.sum = burn('setter') + value;
  }
  static make() {
    return burn('static');
  }
  async later() {
    await null;
    return burn('async method');
  }
}
const arrow = () => burn('arrow');
const expression = function () {
  return burn('expression');
};
const object = {
  property: function () {
    return burn('property');
  },
  short() {
    return burn('short');
  },
};
object.assigned = function () {
  return burn('assigned');
};
function* generate() {
  yield burn('generator');
  yield burn('generator again');
}
function innermost() {
  return burn('inlined');
}
function middle(a) { return innermost() + a; }
function outermost(a, b) {
  if (a > b)
    return middle(b);
  return middle(a) - 1;
}
function recursive(n) {
  return n === 0 ? burn('recursion') : recursive(n - 1) + 1;
}
function closure(n) {
  return (() => {
    const inner = (x) => burn('closure') + x;
    return inner(n);
  })();
}
function tried() {
  try {
    return burn('try');
  } finally {
    object.count = 1;
  }
}
function defaulted(a = burn('default')) {
  return a;
}
function tagged(strings) {
  return burn('template') + strings.length;
}
function compared(a, b) {
  return burn('comparator') + a - b;
}
function evaluated() {
  return eval('(() => burn("eval"))()');
}
const made = new Function('burn', 'return burn("function")');
async function waiting() {
  await null;
  const sum = burn('async');
  await null;
  return sum + burn('async again');
}
const shape = new Shape();
function callAll() {
  let total = new Shape().sum + shape.method() + shape.inherited() + shape.area;
  shape.area = 1;
  total += Shape.make() + arrow() + expression() + object.property() + object.short() + object.assigned();
  for (const value of generate())
    total += value;
  total += outermost(1, 2) + outermost(2, 1) + recursive(5) + closure(1) + tried() + defaulted();
  total += tagged`a${total}b` + [2, 1].sort(compared)[0] + [3, 1].map((x) => burn('map') + x)[0];
  total += evaluated() + made(burn) + burn.call(null, 'call') + burn.bind(null, 'bind')();
  return total;
}
function follow() {
  shape.later().then((x) => burn('then') + x);
}
const next = globalThis.setImmediate || ((call) => setTimeout(call, 0));
function round() {
  for (let i = 0; i < 20; i++)
    callAll();
  waiting();
  follow();
  next(round);
}
function tell() {
  learning = false;
  console.log('TRUTH ' + JSON.stringify(truth));
  round();
}
globalThis.begin = () => {
  callAll();
  waiting();
  follow();
  next(() => next(tell));
};
