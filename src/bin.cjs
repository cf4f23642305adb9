#!/usr/bin/env node
// The `landlord` executable. Plain CommonJS of any age: it runs under whatever node the system has, and hands over to one that is new enough.
"use strict";
const { spawn } = require("node:child_process");
const { enableCompileCache } = require("node:module");
const path = require("node:path");

const LEAST = [24, 12];
/** Compiled sources are kept here: half of the time to start. Not in a directory that others may write to. */
const CACHE = path.join(__dirname, "..", "node_modules", ".cache", "landlord");

/** True if `version` ("24.12.0") can run the sources. */
function isNewEnough(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1]);
}

/** Path of the node that the package brings along, or undefined where there is none for this machine. */
function packagedNode(resolve) {
  try {
    return resolve(`node-${process.platform}-${process.arch}/bin/node`);
  } catch {
    return undefined;
  }
}

/** Which node to run: a path, or undefined if none will do. */
function chooseNode(version, resolve) {
  return isNewEnough(version) ? process.execPath : packagedNode(resolve);
}

async function run() {
  enableCompileCache(CACHE); // where that is not possible everything works, only slower
  const cli = await import("./cli.ts");
  await cli.main();
}

function handOver() {
  const node = chooseNode(process.versions.node, require.resolve);
  if (node === undefined) {
    console.error(
      `landlord: needs Node.js ${LEAST.join(".")} or newer, this is ${process.versions.node}, and none is packaged for ${process.platform}-${process.arch}`,
    );
    process.exit(2);
  }
  const child = spawn(node, [__filename, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal === null ? code : 1));
  child.on("error", (error) => {
    console.error(`landlord: start ${node}: ${error.message}`);
    process.exit(1);
  });
}

if (require.main === module) {
  if (isNewEnough(process.versions.node)) void run();
  else handOver();
}
module.exports = { chooseNode, isNewEnough };
