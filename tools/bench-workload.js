// SPDX-License-Identifier: MIT
// The compile workload behind the big benchmark logs: TypeScript, Babel, Terser and Prettier over
// their own sources, in turns, for the given number of milliseconds.
//
//   node --prof tools/bench-workload.js FOLDER_WITH_NODE_MODULES MILLISECONDS
'use strict';
const fs = require('fs');
const path = require('path');

const root = path.join(process.argv[2], 'node_modules');
const end = Date.now() + Number(process.argv[3]);
const load = (name) => require(path.join(root, name));
const ts = load('typescript');
const babel = load('@babel/core');
const presetEnv = load('@babel/preset-env');
const { minify } = load('terser');
const prettier = load('prettier');

function filesUnder(folder, depth) {
  const found = [];
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory() && depth > 0) found.push(...filesUnder(full, depth - 1));
    else if (/\.js$/.test(entry.name) && fs.statSync(full).size < 60000) found.push(full);
  }
  return found.sort();
}

const sources = ['terser/lib', '@babel/core/lib', '@babel/traverse/lib', '@babel/types/lib', 'browserslist']
  .flatMap((folder) => filesUnder(path.join(root, folder), 2))
  .map((file) => ({ file, text: fs.readFileSync(file, 'utf8') }));
const sourceTypeOf = (text) => (/^(import|export)\b/m.test(text) ? 'module' : 'script');

const typed = `
interface Shape { kind: string; area(): number }
class Circle implements Shape { kind = 'circle'; constructor(private r: number) {} area() { return this.r * this.r * 3 } }
class Box<T extends number> implements Shape { kind = 'box'; constructor(private a: T, private b: T) {} area() { return this.a * this.b } }
type Keys<T> = { [K in keyof T]: T[K] extends Function ? never : K }[keyof T];
function total<T extends Shape>(shapes: readonly T[]): number { return shapes.reduce((sum, s) => sum + s.area(), 0) }
const all: Array<Circle | Box<number>> = [new Circle(1), new Box(2, 3)];
export const answer: { [key in Keys<Shape>]?: number } = {};
export default total(all) + document.querySelectorAll('div').length;
`;

function typeCheck(copies) {
  const options = { target: ts.ScriptTarget.ES2020, module: ts.ModuleKind.CommonJS, strict: true, allowJs: true };
  const host = ts.createCompilerHost(options);
  const readFile = host.getSourceFile;
  const virtual = new Map();
  for (let i = 0; i < copies; i++) virtual.set(`virtual${i}.ts`, typed);
  host.getSourceFile = (name, target) => virtual.has(path.basename(name))
    ? ts.createSourceFile(name, virtual.get(path.basename(name)), target, true) : readFile.call(host, name, target);
  host.fileExists = (name) => virtual.has(path.basename(name)) || ts.sys.fileExists(name);
  host.writeFile = () => {};
  const program = ts.createProgram([...virtual.keys()], options, host);
  ts.getPreEmitDiagnostics(program);
  program.emit();
}

async function run() {
  for (let turn = 0; Date.now() < end; turn++) {
    typeCheck(4 + (turn % 5));
    for (let i = 0; i < 12 && Date.now() < end; i++) {
      const { file, text } = sources[(turn * 12 + i) % sources.length];
      babel.transformSync(text, { filename: file, sourceType: sourceTypeOf(text), babelrc: false, configFile: false,
        presets: [[presetEnv, { targets: 'ie 11' }]] });
      await minify(text, { module: sourceTypeOf(text) === 'module' });
      await prettier.format(text, { parser: i % 2 ? 'babel' : 'meriyah' }).catch(() => {});
    }
  }
}

run().catch((error) => { console.error(error); process.exitCode = 1; });
