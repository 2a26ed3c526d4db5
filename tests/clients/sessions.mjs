// Real sessions with tus-js-client through a bad network: sessions.mjs PORT TOKEN COUNT SEED.
//
// Every session uploads random bytes in one of the protocols that the client speaks, is aborted and
// taken up again at random, and must end with a recording that has just these bytes. And on the way
// no question for the offset of a live upload may be answered with anything that makes the client
// throw its upload away (401, 403, 404, 409, 410, 429, 5xx).
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Upload } from 'tus-js-client';
import { start_proxy } from './proxy.mjs';
import { Random } from './random.mjs';

const [port, token, count, seed] = process.argv.slice(2);
const direct = `http://127.0.0.1:${port}`;
const at_once = 8;
const session_seconds_max = 60;
// tus-js-client waits for ever when an answer breaks off in its body: a user would press reload.
const patience_ms = 3_000;
const harmless_offset_answers = [200, 204, 423];

function plan_of(number) {
  const random = new Random(Number(seed) * 1_000_003 + number);
  const protocol = random.choose(['tus-v1', 'tus-v1', 'ietf-draft-03', 'ietf-draft-05']);
  const is_tus = protocol === 'tus-v1';
  const size = number === 1 ? 0 : random.between(1, random.choose([10, 3_000, 70_000, 400_000]));
  const plan = { number, random, protocol, size, chunk_size: Infinity, parts: 1 };
  if (random.chance(0.5)) plan.chunk_size = random.between(500, 150_000);
  if (is_tus && size > 0 && random.chance(0.15)) plan.parts = random.between(2, 4);
  plan.is_deferred = is_tus && size > 0 && plan.parts === 1 && random.chance(0.25);
  if (plan.is_deferred && plan.chunk_size === Infinity) plan.chunk_size = 40_000;
  plan.with_creation = is_tus && plan.parts === 1 && random.chance(0.4);
  plan.overrides_method = is_tus && random.chance(0.1);
  plan.aborts = !plan.is_deferred && plan.parts === 1 && random.chance(0.35);
  plan.has_client_id = plan.parts === 1 && random.chance(0.5);
  plan.bytes = random.bytes(size);
  return plan;
}

function options_of(plan, endpoint, state) {
  const metadata = { title: `session ${plan.number}`, filename: 'memo.bin' };
  if (plan.has_client_id) metadata.clientId = `client-${seed}-${plan.number}`;
  const options = {
    endpoint,
    protocol: plan.protocol,
    chunkSize: plan.chunk_size,
    parallelUploads: plan.parts,
    uploadDataDuringCreation: plan.with_creation,
    overridePatchMethod: plan.overrides_method,
    retryDelays: Array.from({ length: 60 }, (_, n) => Math.min(20 * (n + 1), 200)),
    headers: { Authorization: `Bearer ${token}` },
    metadata,
    onAfterResponse: (request, response) => note(plan, state, request, response),
    onUploadUrlAvailable: () => (state.url = state.upload.url),
  };
  if (plan.is_deferred) options.uploadLengthDeferred = true;
  else if (plan.parts === 1) options.uploadSize = plan.size;
  return options;
}

function note(plan, state, request, response) {
  const status = response.getStatus();
  state.trace.push(`${request.getMethod()} ${status} ${response.getHeader('Upload-Offset') ?? ''}`);
  state.be_patient();
  if (request.getMethod() === 'HEAD' && !harmless_offset_answers.includes(status)) {
    state.harm = `HEAD was answered with ${status}`;
  }
  const is_part = request.getHeader('Upload-Concat') === 'partial';
  const id = response.getHeader('Recording-Id');
  const is_whole = plan.parts === 1 || request.getHeader('Upload-Concat')?.startsWith('final');
  if (id && is_whole && !is_part) state.recording = id;
}

/** One life of the client: until it is done, fails, or is aborted. */
function live(plan, endpoint, state) {
  return new Promise((resolve, reject) => {
    const source = plan.is_deferred ? Readable.from(slices(plan), { objectMode: false }) : plan.bytes;
    const upload = new Upload(source, {
      ...options_of(plan, endpoint, state),
      uploadUrl: state.url ?? null,
      onSuccess: () => resolve(true),
      // It does not repeat a request for the whole of several parts: its user would.
      onError: (error) =>
        plan.parts > 1 && !error.originalResponse ? resolve(false) : reject(error),
    });
    state.upload = upload;
    upload.start();
    const stop = () => upload.abort().then(() => resolve(false));
    state.be_patient = () => {
      clearTimeout(state.patience);
      state.patience = setTimeout(stop, patience_ms);
    };
    state.be_patient();
    if (plan.aborts && state.lives <= 3) setTimeout(stop, plan.random.between(1, 30));
  });
}

function* slices(plan) {
  for (let at = 0; at < plan.size; ) {
    const end = Math.min(plan.size, at + plan.random.between(1, 30_000));
    yield plan.bytes.subarray(at, end);
    at = end;
  }
}

async function compare(plan, id) {
  const headers = { Authorization: `Bearer ${token}` };
  const audio = await fetch(`${direct}/api/v1/recordings/${id}/audio`, { headers });
  const heard = Buffer.from(await audio.arrayBuffer());
  if (!heard.equals(plan.bytes)) {
    const first = plan.bytes.findIndex((byte, at) => byte !== heard[at]);
    throw new Error(`recording ${id}: ${heard.length} bytes, other ones from ${first} on`);
  }
  const recording = await (await fetch(`${direct}/api/v1/recordings/${id}`, { headers })).json();
  const digest = createHash('sha256').update(plan.bytes).digest('hex');
  if (recording.state !== 'ready' || recording.sha256 !== digest) {
    throw new Error(`recording ${id}: ${JSON.stringify(recording)}`);
  }
}

async function run_session(plan, endpoint) {
  const state = { url: null, recording: null, harm: null, upload: null, lives: 0, trace: [] };
  state.be_patient = () => {};
  const limit = sleep(session_seconds_max * 1000, 'late', { ref: false });
  try {
    let is_done = false;
    while (!is_done) {
      ++state.lives;
      const ended = await Promise.race([live(plan, endpoint, state), limit]);
      if (ended === 'late') throw new Error(`not done after ${session_seconds_max} s`);
      is_done = ended;
      clearTimeout(state.patience);
    }
    if (state.harm) throw new Error(state.harm);
    await compare(plan, state.recording);
  } catch (error) {
    const { bytes, random, ...shown } = plan;
    error.message += ` | ${JSON.stringify(shown)} | ${state.trace.slice(-40).join(', ')}`;
    throw error;
  }
  return state.lives;
}

const proxy = await start_proxy(Number(port), new Random(Number(seed)));
const endpoint = `http://127.0.0.1:${proxy.port}/api/v1/uploads`;
let next = 0;
let passed = 0;
let failed = 0;
let resumed = 0;

async function work() {
  while (next < Number(count)) {
    const number = ++next;
    try {
      const lives = await run_session(plan_of(number), endpoint);
      resumed += lives > 1 ? 1 : 0;
      ++passed;
    } catch (error) {
      ++failed;
      console.log(`FAILED session ${number} of seed ${seed}: ${error.message}`);
    }
  }
}

await Promise.all(Array.from({ length: at_once }, work));
const { connections, cut_upward, cut_downward, delayed, replayed } = proxy.counts;
console.log(
  `counts: ${count} sessions, ${resumed} taken up again by a new client; ${connections} connections, ` +
    `${cut_upward} cut on the way up, ${cut_downward} on the way down, ${delayed} delayed, ` +
    `${replayed} sent twice`,
);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
