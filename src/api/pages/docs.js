// Shows /api/v1/openapi.json: operations by tag, their parameters, bodies and answers, the schemas,
// and a curl line for each. Texts go in as text, never as HTML.
"use strict";

const methods = ["get", "head", "post", "put", "patch", "delete", "options"];
let contract;

function make(name, text, ...children) {
  const element = document.createElement(name);
  if (text) element.textContent = text;
  element.append(...children);
  return element;
}

function resolve(thing) {
  if (!thing?.$ref) return thing;
  return thing.$ref.slice(2).split("/").reduce((at, key) => at[key], contract);
}

function typeOf(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.enum) return schema.enum.map((word) => JSON.stringify(word)).join(" | ");
  if (schema.type === "array") return `[${typeOf(schema.items)}]`;
  const type = [].concat(schema.type ?? "any").join(" | ");
  return schema.format ? `${type} (${schema.format})` : type;
}

function makeTable(head, rows) {
  const table = make("table");
  table.append(make("tr", "", ...head.map((text) => make("th", text))));
  for (const row of rows) table.append(make("tr", "", ...row.map((text) => make("td", text))));
  return table;
}

function makeExample(text) {
  const copy = make("button", "Copy");
  copy.type = "button";
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = "Copied";
  });
  const example = make("div", "", make("pre", text), copy);
  example.className = "example";
  return example;
}

function curlLine(method, path, operation) {
  const words = ["curl"];
  const body = resolve(operation.requestBody)?.content ?? {};
  const secured = (operation.security ?? contract.security)[0] ?? {};
  const json = body["application/json"];
  if (json) {
    if (method !== "post") words.push("-X", method.toUpperCase());
    words.push("--json", `'${JSON.stringify(json.example ?? {})}'`);
  } else if (Object.keys(body).length > 0) {
    words.push(method === "put" ? "-T" : "--data-binary", method === "put" ? "memo.wav" : "@memo.wav");
  } else if (method === "head") {
    words.push("-I");
  } else if (method !== "get") {
    words.push("-X", method.toUpperCase());
  }
  if (secured.bearer) words.push('-H "Authorization: Bearer $TAPEDECK_TOKEN"');
  if (secured.original) words.push('-H "Authorization: USER_ID AUTH_KEY"');
  if (secured.original && method === "put") words.push("-H 'Content-Type: application/octet-stream'");
  words.push(`"${location.origin}${path.replace(/[{}]/g, "").replace(/\/id\b/, "/$ID")}"`);
  return words.join(" ");
}

function makeParameters(operation, shared) {
  const all = [...(shared ?? []), ...(operation.parameters ?? [])].map(resolve);
  if (all.length === 0) return "";
  return makeTable(["parameter", "in", "type", ""], all.map((parameter) =>
    [parameter.name, parameter.in, typeOf(parameter.schema), parameter.description ?? ""]));
}

function makeAnswers(operation) {
  const rows = Object.entries(operation.responses).map(([status, given]) => {
    const response = resolve(given);
    const content = Object.entries(response.content ?? {}).map(([type, {schema}]) =>
      `${type} ${typeOf(schema)}`);
    return [status, response.description, content.join(", ")];
  });
  return makeTable(["status", "", "body"], rows);
}

function makeBody(operation) {
  const content = Object.entries(resolve(operation.requestBody)?.content ?? {});
  if (content.length === 0) return "";
  const rows = content.map(([type, {schema}]) => [type, typeOf(schema)]);
  return makeTable(["body", "type"], rows);
}

function makeOperation(method, path, operation, shared) {
  const word = make("span", method.toUpperCase());
  word.className = "method";
  const title = make("summary", "", word, make("code", path), ` ${operation.summary}`);
  const inside = make("div", "", make("p", operation.description ?? ""));
  inside.append(makeParameters(operation, shared), makeBody(operation), makeAnswers(operation),
                makeExample(curlLine(method, path, operation)));
  return make("details", "", title, inside);
}

function showOperations() {
  const place = document.getElementById("operations");
  for (const tag of contract.tags) {
    place.append(make("h2", tag.name), make("p", tag.description ?? ""));
    for (const [path, item] of Object.entries(contract.paths)) {
      for (const method of methods) {
        const operation = item[method];
        if (!operation?.tags.includes(tag.name)) continue;
        place.append(makeOperation(method, path, operation, item.parameters));
      }
    }
  }
}

function showSchemas() {
  const place = document.getElementById("schemas");
  for (const [name, schema] of Object.entries(contract.components.schemas)) {
    const rows = Object.entries(schema.properties ?? {}).map(([member, given]) =>
      [member, typeOf(given), given.description ?? resolve(given)?.description ?? ""]);
    const inside = make("div", "", make("p", schema.description ?? ""),
                        makeTable(["member", "type", ""], rows));
    place.append(make("details", "", make("summary", name), inside));
  }
}

async function show() {
  const answer = await fetch("/api/v1/openapi.json");
  contract = await answer.json();
  document.getElementById("intro").append(make("p", contract.info.description));
  showOperations();
  showSchemas();
}

show().catch((error) => {
  const problem = make("p", `The document cannot be shown: ${error.message}`);
  problem.className = "problem";
  document.getElementById("intro").append(problem);
});
