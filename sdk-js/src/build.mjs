// Building: esbuild puts the application and the parts of the runtime that it uses into one module, and componentize-qjs
// puts that into a component together with a JavaScript engine, in the state in which it is after the module was evaluated.

import { componentize } from "componentize-qjs";
import * as esbuild from "esbuild";
import { rename, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const WORLD = "guesthouse:host/synchronous-component";

/** Builds the file `input` into the component `output` and returns its size in bytes. */
export async function build({ input, output, wit = resolve(here, "../../wit") }) {
  const { component } = await componentize({
    witPath: wit,
    jsSource: await bundle(input),
    world: WORLD,
    optSize: true,
  });
  // A build that is cut off must not leave half a file to be deployed.
  await writeFile(`${output}.part`, component);
  await rename(`${output}.part`, output);
  return component.length;
}

/** One module of the application and of the runtime. What the engine lacks is put in where the application names it. */
async function bundle(input) {
  const result = await esbuild.build({
    entryPoints: [resolve(here, "entry.js")],
    alias: { "guesthouse-app": resolve(input) },
    inject: [resolve(here, "globals.js")],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser", // What an npm package has for browsers is what fits: nothing of Node.js, standard globals.
    target: "es2023",
    external: ["wasi:*"],
    logLevel: "warning",
  });
  return result.outputFiles[0].text;
}
