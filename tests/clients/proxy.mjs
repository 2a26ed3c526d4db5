// A bad network: a TCP proxy that cuts connections in either direction, holds bytes back, and sends
// what a client sent a second time, all at random.
import net from 'node:net';

const replayed_bytes_max = 1 << 20;

/** What happens to one connection. */
function draw_fate(random) {
  const kind = random.next();
  if (kind < 0.15) return {};
  // Bytes at the beginning are where heads and creations are; a cut there is the nastiest.
  const reach = random.choose([300, 2_000, 30_000, 300_000]);
  if (kind < 0.45) return { cut_upward_after: random.between(1, reach) };
  if (kind < 0.65) return { cut_downward_after: random.between(0, random.choose([10, 400, 3_000])) };
  if (kind < 0.8) return { delay_ms: random.between(1, 15) };
  return { replays: true };
}

/** Sends the bytes once more on a connection of their own, and ignores the answers. */
function replay(port, chunks, counts) {
  ++counts.replayed;
  const socket = net.connect(port, '127.0.0.1', () => socket.write(Buffer.concat(chunks)));
  socket.setTimeout(2_000, () => socket.destroy());
  socket.on('data', () => socket.end());
  socket.on('error', () => {});
}

function carry(client, port, fate, counts) {
  const server = net.connect({ port, host: '127.0.0.1' });
  const chunks = [];
  let upward = 0;
  let downward = 0;
  const cut = () => {
    client.destroy();
    server.destroy();
  };
  const pass = (bytes, to) => {
    if (to.destroyed || bytes.length === 0) return;
    if (fate.delay_ms) setTimeout(() => to.destroyed || to.write(bytes), fate.delay_ms);
    else to.write(bytes);
  };
  client.on('data', (bytes) => {
    const limit = fate.cut_upward_after ?? Infinity;
    const left = limit - upward;
    upward += bytes.length;
    if (fate.replays && upward <= replayed_bytes_max) chunks.push(bytes);
    if (bytes.length < left) return pass(bytes, server);
    client.removeAllListeners('data'); // nothing of what comes behind the cut may be sent
    ++counts.cut_upward;
    if (!server.destroyed) server.write(bytes.subarray(0, left), cut);
  });
  server.on('data', (bytes) => {
    if (fate.replays && downward === 0) replay(port, chunks, counts);
    const limit = fate.cut_downward_after ?? Infinity;
    const left = limit - downward;
    downward += bytes.length;
    if (bytes.length < left) return pass(bytes, client);
    server.removeAllListeners('data');
    ++counts.cut_downward;
    client.write(bytes.subarray(0, left), cut);
  });
  for (const socket of [client, server]) {
    socket.on('error', cut);
    socket.on('close', () => setTimeout(cut, fate.delay_ms ?? 0));
  }
}

/** Listens on a port of its own in front of `port`; `counts` tells what it did. */
export async function start_proxy(port, random) {
  const counts = { connections: 0, cut_upward: 0, cut_downward: 0, delayed: 0, replayed: 0 };
  const server = net.createServer((client) => {
    ++counts.connections;
    const fate = draw_fate(random);
    if (fate.delay_ms) ++counts.delayed;
    carry(client, port, fate, counts);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: server.address().port, counts, close: () => server.close() };
}
