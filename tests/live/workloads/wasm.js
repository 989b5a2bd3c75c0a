// SPDX-License-Identifier: MIT
'use strict';
// (func (export "spin") (param i32) (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
const code = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 1, 0x7f, 0, 3, 2, 1, 0, 7, 8, 1, 4, 0x73, 0x70, 0x69, 0x6e, 0, 0,
  10, 16, 1, 14, 0, 3, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b, 0x0b,
]);
const instance = new WebAssembly.Instance(new WebAssembly.Module(code));
function call(n) {
  instance.exports.spin(n);
}
function spin() {
  for (;;)
    call(1000000);
}
globalThis.begin = spin;
