// The serial console: a terminal on the machine's first serial port.
import { t } from "@lingui/core/macro";
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { useEffect, useRef, useState } from "react";
import { type ApiProblem, asProblem } from "../../api/problem";
import type { Instance } from "../../api/types";
import { adoptStylesOf } from "../../ui/adoptStyles";
import { ConsoleFrame, type Connection } from "./ConsoleFrame";
import { consoleAddress } from "./consoleSocket";

export default function SerialConsole({ instance }: { instance: Instance }) {
  const holder = useRef<HTMLDivElement>(null);
  const [attempt, setAttempt] = useState(0);
  const [connection, setConnection] = useState<Connection>("connecting");
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const instanceId = instance.id;

  useEffect(() => {
    if (holder.current === null) return undefined;
    let socket: WebSocket | null = null;
    let left = false;
    const terminal = new Terminal({
      cursorBlink: true,
      fontSize: 14,
      screenReaderMode: true,
      theme: { background: "#101416", foreground: "#dde4e5" },
    });
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    const place = holder.current;
    const releaseStyles = adoptStylesOf(() => terminal.open(place));
    fit.fit();
    const resized = new ResizeObserver(() => fit.fit());
    resized.observe(holder.current);
    const encoder = new TextEncoder();
    const typed = terminal.onData((data) => socket?.readyState === WebSocket.OPEN && socket.send(encoder.encode(data)));

    async function connect(): Promise<void> {
      setConnection("connecting");
      setProblem(null);
      try {
        const { url, protocols } = await consoleAddress(instanceId, "serial");
        if (left) return;
        socket = new WebSocket(url, protocols);
        socket.binaryType = "arraybuffer";
        socket.onopen = () => {
          setConnection("open");
          terminal.focus();
        };
        socket.onmessage = (event: MessageEvent<ArrayBuffer | string>) => terminal.write(typeof event.data === "string" ? event.data : new Uint8Array(event.data));
        socket.onclose = () => !left && setConnection("closed");
      } catch (error) {
        if (left) return;
        setConnection("closed");
        setProblem(asProblem(error));
      }
    }
    void connect();
    return () => {
      left = true;
      resized.disconnect();
      typed.dispose();
      socket?.close();
      terminal.dispose();
      releaseStyles();
    };
  }, [instanceId, attempt]);

  return (
    <ConsoleFrame
      connection={connection}
      problem={problem}
      reconnect={() => setAttempt((count) => count + 1)}
      hint={t`Press Enter if nothing is shown. What you type goes straight to the machine and is not recorded.`}
    >
      <div className="terminal" ref={holder} role="region" aria-label={t`Serial console of ${instance.name}`} />
    </ConsoleFrame>
  );
}
