// The screen: what a monitor on the machine would show, over the RFB protocol.
import { t } from "@lingui/core/macro";
import RFB from "@novnc/novnc";
import { useEffect, useRef, useState } from "react";
import { type ApiProblem, asProblem } from "../../api/problem";
import type { Instance } from "../../api/types";
import { ConsoleFrame, type Connection } from "./ConsoleFrame";
import { consoleAddress } from "./consoleSocket";

export default function ScreenConsole({ instance }: { instance: Instance }) {
  const holder = useRef<HTMLDivElement>(null);
  const [attempt, setAttempt] = useState(0);
  const [connection, setConnection] = useState<Connection>("connecting");
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const instanceId = instance.id;

  useEffect(() => {
    const place = holder.current;
    if (place === null) return undefined;
    let rfb: RFB | null = null;
    let left = false;

    async function connect(target: HTMLElement): Promise<void> {
      setConnection("connecting");
      setProblem(null);
      try {
        const { url, protocols } = await consoleAddress(instanceId, "screen");
        if (left) return;
        rfb = new RFB(target, url, { wsProtocols: protocols, shared: true });
        rfb.scaleViewport = true;
        rfb.background = "#101416";
        rfb.addEventListener("connect", () => {
          setConnection("open");
          rfb?.focus();
        });
        rfb.addEventListener("disconnect", () => !left && setConnection("closed"));
      } catch (error) {
        if (left) return;
        setConnection("closed");
        setProblem(asProblem(error));
      }
    }
    void connect(place);
    return () => {
      left = true;
      rfb?.disconnect();
      place.replaceChildren();
    };
  }, [instanceId, attempt]);

  return (
    <ConsoleFrame
      connection={connection}
      problem={problem}
      reconnect={() => setAttempt((count) => count + 1)}
      hint={t`Click into the picture to type. A tiny system may show little here; its serial console shows more.`}
    >
      <div className="screen" ref={holder} role="region" aria-label={t`Screen of ${instance.name}`} />
    </ConsoleFrame>
  );
}
