// SPDX-License-Identifier: MIT
'use strict';
// Each function spends its time in one expression; the comment says in which (# is a number), and the
// subject's length. A new expression is interpreted at first.
const plain = 'x' + 'a'.repeat(17) + '!';
const wide = 'x' + 'a'.repeat(17) + '\u2603';
const cons = ('0123456789abc' + plain.slice(0, 10)) + (plain.slice(10) + 'tail of it'.repeat(3));
const slice = ('0123456789' + plain + '0123456789').slice(10, 29);
const never = /never(b+)+$/g;
function test(text) { // /x(a+)+$/ 19
  return /x(a+)+$/.test(text);
}
function exec(text) { // /^x(a+)*$/i 19
  return /^x(a+)*$/i.exec(text);
}
function wideTest(text) { // /x(a|a)+z/u 19
  return /x(a|a)+z/u.test(text);
}
function match(text) { // /(?:a+)+y/g 19
  return text.match(/(?:a+)+y/g);
}
function replace(text) { // /(a+)+?w/ 19
  return text.replace(/(a+)+?w/, 'b');
}
function replaceAll(text) { // /(a+)+v/gm 19
  return text.replace(/(a+)+v/gm, (all) => all + never.source);
}
function search(text) { // /(a+a+)+u/s 19
  return text.search(/(a+a+)+u/s);
}
function split(text) { // /(a+)+t/ 19
  return text.split(/(a+)+t/).length;
}
function sticky(text) { // /x(aa?)+s/y 19
  return /x(aa?)+s/y.test(text);
}
function joined(text) { // /c(x)(a+)+r/ 62
  return /c(x)(a+)+r/.test(text);
}
function part(text) { // /x(a+)+\/q$/ 19
  return /x(a+)+\/q$/.test(text);
}
let serial = 0;
function fresh(text) { // /x(a+)+p#/ 19
  return new RegExp('x(a+)+p' + serial++).test(text);
}
function spin() {
  let total = 0;
  for (;;) {
    total += never.test('never') + test(plain) + (exec(plain) ? 1 : 0) + wideTest(wide);
    total += (match(plain) ? 1 : 0) + replace(plain).length + replaceAll(plain).length;
    total += search(plain) + split(plain) + sticky(plain) + joined(cons) + part(slice) + fresh(plain);
  }
}
globalThis.begin = spin;
