// Runs the zip under @vercel/fun: fun.mjs FOLDER ZIP. Prints the three answers as one line of JSON.
import { createRequire } from "node:module";

const [, , folder, zip] = process.argv;
const { createFunction } = createRequire(`${folder}/package.json`)("@vercel/fun");

const fn = await createFunction({
  Code: { ZipFile: zip },
  Handler: "bootstrap",
  Runtime: "provided",
  Environment: {
    Variables: {
      TAPEDECK_CATALOG: "memory",
      TAPEDECK_BLOBS: "memory",
      TAPEDECK_SIGNUP: "open",
    },
  },
  MemorySize: 512,
});

function event(method, path, headers, body) {
  return {
    httpMethod: method,
    path,
    headers,
    requestContext: { stage: "prod", identity: { sourceIp: "127.0.0.1" } },
    body: body ?? null,
    isBase64Encoded: false,
  };
}

const json = { "Content-Type": "application/json" };
const user = JSON.stringify({ username: "ann", password: "correct horse" });
const answers = [];
try {
  answers.push(await fn(event("GET", "/healthz", {})));
  answers.push(await fn(event("POST", "/api/v1/users", json, user)));
  answers.push(await fn(event("PUT", "/api/v1/recordings/", {}, "OggS")));
} finally {
  await fn.destroy();
}
console.log(JSON.stringify(answers));
