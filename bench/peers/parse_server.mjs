// parse-server, its files in ./files: parse_server.mjs ENGINE_FOLDER PORT DATABASE_URI
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [engine, port, databaseURI] = process.argv.slice(2);
const require = createRequire(engine + '/');
const load = (name) => import(pathToFileURL(require.resolve(name)));
const { ParseServer } = await load('parse-server');
const express = (await load('express')).default;
const adapter = await load('@parse/fs-files-adapter');
const FilesAdapter = adapter.default?.default ?? adapter.default ?? adapter;

const parse = new ParseServer({
  databaseURI,
  appId: 'bench',
  masterKey: 'bench-master',
  serverURL: `http://127.0.0.1:${port}/parse`,
  filesAdapter: new FilesAdapter(),
  preserveFileName: true, // so that the second request of an upload is known before the first
  logLevel: 'error',
  silent: true,
});
await parse.start();
express().use('/parse', parse.app).listen(Number(port), '127.0.0.1');
