// @tus/server with its FileStore: tus_server.mjs ENGINE_FOLDER DATA_FOLDER PORT
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import http from 'node:http';

const [engine, directory, port] = process.argv.slice(2);
const require = createRequire(engine + '/');
const load = (name) => import(pathToFileURL(require.resolve(name)));
const { Server } = await load('@tus/server');
const { FileStore } = await load('@tus/file-store');

const tus = new Server({ path: '/files', datastore: new FileStore({ directory }) });
http.createServer(tus.handle.bind(tus)).listen(Number(port), '127.0.0.1');
