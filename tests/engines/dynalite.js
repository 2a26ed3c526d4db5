// DynamoDB's wire protocol on a port of the kernel's choosing, in memory. Prints the port, and ends
// with its standard input, so that it never outlives who started it.
const [, , modules] = process.argv;
const dynalite = require(require.resolve("dynalite", { paths: [modules] }));

const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume();

// It throws when a client dies in the middle of a request, which tests make some do.
process.on("uncaughtException", (error) => {
  if (error.code === "ECONNRESET") return;
  console.error(error);
  process.exit(1);
});
