// The consoles' relay with canned bytes: a shell that echoes, and a screen that is one RFB frame of stripes.
import { WebSocketServer } from "ws";
import { tickets } from "./compute.mjs";

export function attachConsoles(server) {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "fairhold.console" });
  server.on("upgrade", (request, socket, head) => {
    const protocols = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((each) => each.trim());
    const ticket = protocols.find((each) => each.startsWith("ticket."))?.slice(7);
    const kind = tickets.get(ticket);
    // A ticket opens one connection.
    if (!kind || !tickets.delete(ticket)) return socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    return sockets.handleUpgrade(request, socket, head, (client) => (kind === "serial" ? serial(client) : screen(client)));
  });
}

function serial(client) {
  client.send(Buffer.from("\r\n\x1b[32mTiny Linux\x1b[0m on ttyS0\r\n\r\nweb-1 login: "));
  client.on("message", (data) => client.send(Buffer.from(data.toString().replaceAll("\r", "\r\nweb-1 login: "))));
}

function screen(client) {
  const width = 320;
  const height = 200;
  let stage = 0;
  client.send(Buffer.from("RFB 003.008\n"));
  client.on("message", (data) => {
    if (stage === 0) client.send(Buffer.from([1, 1]));
    if (stage === 1) client.send(Buffer.from([0, 0, 0, 0]));
    if (stage === 2) {
      const name = Buffer.from("web-1");
      const head = Buffer.alloc(24);
      head.writeUInt16BE(width, 0);
      head.writeUInt16BE(height, 2);
      Buffer.from([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]).copy(head, 4);
      head.writeUInt32BE(name.length, 20);
      client.send(Buffer.concat([head, name]));
    }
    stage += 1;
    if (stage > 3 && data[0] === 3 && data[1] === 0) client.send(frame(width, height));
  });
}

function frame(width, height) {
  const head = Buffer.alloc(16);
  head.writeUInt16BE(1, 2);
  head.writeUInt16BE(width, 8);
  head.writeUInt16BE(height, 10);
  const pixels = Buffer.alloc(width * height * 4);
  for (let index = 0; index < width * height; index += 1) {
    const row = Math.floor(index / width);
    pixels.writeUInt32LE(row % 40 < 4 ? 0x1f756e : 0x101416, index * 4);
  }
  return Buffer.concat([head, pixels]);
}
